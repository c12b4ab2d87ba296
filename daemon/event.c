/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAME event: the table of what the log tells. */
#include "event.h"

static const struct {
    enum log_level level;
    const char *id;
} events[EVENTS] = {
#define X(name, level, id) [name] = {level, id},
    EVENT_TABLE(X)
#undef X
};

enum log_level event_level(enum event event)
{
    assert(event < EVENTS);
    return events[event].level;
}

const char *event_id(enum event event)
{
    assert(event < EVENTS);
    return events[event].id;
}
