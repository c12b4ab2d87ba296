#include "ctl.h"
int ctl_log(const struct ctl *c)
{
    (void)c;
    return 0;
}
