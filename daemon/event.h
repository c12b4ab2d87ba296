/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log tells, each with the id by which the journal knows it (MESSAGE_ID) and its catalogue
 * (systemd/extspoold.catalog) explains it. An id never changes its meaning; a test compares both.
 */
#ifndef EXTSPOOLD_EVENT_H
#define EXTSPOOLD_EVENT_H

#include "base.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* X(name, level, id), the ids made by systemd-id128(1) */
#define EVENT_TABLE(X)                                                                             \
    X(EVENT_STARTED, LOG_LEVEL_INFO, "c9df027a90dd4236abf2e6bf69f14d85")                           \
    X(EVENT_STOPPING, LOG_LEVEL_INFO, "fd1f89f7ed5342f3ac3ace72d3e94f62")                          \
    X(EVENT_FAILED, LOG_LEVEL_ERROR, "8b38e4f81e75447ea3565e0cca54b589")                           \
    X(EVENT_RELOADED, LOG_LEVEL_INFO, "4a0c546081d24c159f0f6a9849bce023")                          \
    X(EVENT_RELOAD_REFUSED, LOG_LEVEL_ERROR, "5d2432f19a4143398c04cdeff06faa20")                   \
    X(EVENT_POLLED, LOG_LEVEL_WARNING, "d93ee52f13fe42b9857f4d4aa40ea2be")                         \
    X(EVENT_WATCHED, LOG_LEVEL_INFO, "2dc5434f6f0b4fc9ab45d28299f140b5")                           \
    X(EVENT_STAYS, LOG_LEVEL_WARNING, "791dc541ec544b67ba815838f413a0b3")                          \
    X(EVENT_CLAIMED, LOG_LEVEL_INFO, "2482ac283ce041afa32d8888fcdeb628")                           \
    X(EVENT_ADOPTED, LOG_LEVEL_INFO, "01da955502274ee3ae87f55e277b9e91")                           \
    X(EVENT_ADOPTED_BLIND, LOG_LEVEL_WARNING, "ae02549f31da49d58a89ab2bca57f778")                  \
    X(EVENT_DIED, LOG_LEVEL_WARNING, "974ab0fd3f0e4a0ba44d2da85f7ea193")                           \
    X(EVENT_READ, LOG_LEVEL_INFO, "ea08b26fbad0492a87c4f351ce418d6e")                              \
    X(EVENT_ROW_INVALID, LOG_LEVEL_WARNING, "1451425545c94bde82f4c5596895d67b")                    \
    X(EVENT_ROW_FAILED, LOG_LEVEL_WARNING, "ab90bf18fde84e2689856c29a2c8fcd8")                     \
    X(EVENT_ROWS_LEFT_OUT, LOG_LEVEL_WARNING, "1106ba2452af482da56f8e20e20a7125")                  \
    X(EVENT_DONE, LOG_LEVEL_INFO, "70031663f730416eaea6884431a39cd1")                              \
    X(EVENT_CANCELLED, LOG_LEVEL_INFO, "1f9971f8493b44cb8dd6261039049420")                         \
    X(EVENT_REJECTED, LOG_LEVEL_WARNING, "1a32497f2fc54e7c8bd798df78da5efd")                       \
    X(EVENT_HELD, LOG_LEVEL_WARNING, "14765f23f72a4a83af21e741267c1c13")                           \
    X(EVENT_HELD_ALL_OR_NOTHING, LOG_LEVEL_WARNING, "a4f8dfeb2a974ef1b37e95a553caae0b")            \
    X(EVENT_HELD_MAX_INVALID, LOG_LEVEL_WARNING, "c922cf7227504a7188d984fe775e925c")               \
    X(EVENT_HELD_MAX_ROWS_CHANGED, LOG_LEVEL_WARNING, "09a723673e4449a2b1c6efbaa3c7be70")          \
    X(EVENT_HELD_OPERATOR, LOG_LEVEL_WARNING, "ba91c7dfd67c4fbf95a7fd1c95ecf944")                  \
    X(EVENT_HELD_PBX_CHANGED, LOG_LEVEL_WARNING, "bfea1872a47544ee8bf8aa89322c190e")               \
    X(EVENT_HELD_SAME_REFUSAL, LOG_LEVEL_WARNING, "0d2e5ccbdbc04d4ab457c246b39f57cd")              \
    X(EVENT_HELD_DEADLY_FILE, LOG_LEVEL_WARNING, "2b004a81d4ec4630952d32657c1b12c1")               \
    X(EVENT_HELD_UNREADABLE, LOG_LEVEL_WARNING, "7e0cecaf56c642f79c18b5bd768fca95")                \
    X(EVENT_HELD_LEDGER_LOST, LOG_LEVEL_WARNING, "cd3d9913e3bc403e86142bae1d0b9a94")               \
    X(EVENT_HELD_PROFILE_UNKNOWN, LOG_LEVEL_WARNING, "0bb81c32872d42618519ee353e020051")           \
    X(EVENT_HELD_SHRUNK, LOG_LEVEL_WARNING, "5b14859562fa499d849aa078b7124326")                    \
    X(EVENT_HELD_POOL_EXHAUSTED, LOG_LEVEL_WARNING, "7900229e195b463f977ac95900eb8fa6")            \
    X(EVENT_HELD_CUT_OFF, LOG_LEVEL_WARNING, "66ad3ef8f1a64c789242b3e2b36bbce4")                   \
    X(EVENT_HELD_NUMBERS_LOST, LOG_LEVEL_WARNING, "24c88b305cad42078216b393c3cede16")              \
    X(EVENT_OPERATED, LOG_LEVEL_INFO, "ffe51465e5394f169611f39515d552e0")                          \
    X(EVENT_WAITING, LOG_LEVEL_WARNING, "2ce498275fcc4f2ca7e375dd257472a7")                        \
    X(EVENT_WAITING_LONG, LOG_LEVEL_ERROR, "5a143004ad1a40eebdf71f2e87aca5cf")                     \
    X(EVENT_SERVED, LOG_LEVEL_INFO, "f47a455ab6b0480782c6492f79f1a3e5")                            \
    X(EVENT_IMPORT_WAITS, LOG_LEVEL_WARNING, "aeb613692aca4575b0af92094e811906")                   \
    X(EVENT_STANDS_STILL, LOG_LEVEL_ERROR, "6d43a14ac90343b28f6d36c68a7481aa")                     \
    X(EVENT_GOES_ON, LOG_LEVEL_INFO, "920c41d1a0184ab5b013d39097ec0538")                           \
    X(EVENT_LEDGER_DAMAGED, LOG_LEVEL_ERROR, "12b014f389e247578c45a41105aade57")                   \
    X(EVENT_LEDGER_NEW, LOG_LEVEL_WARNING, "7ee3b6abc6b94e16b03edb930e9eb618")                     \
    X(EVENT_WRITTEN_LATE, LOG_LEVEL_WARNING, "fdb0c8bf85b649b8a02b5943a32e0d42")                   \
    X(EVENT_FILE_GONE, LOG_LEVEL_WARNING, "5583d18b2881440eafba9b977bdc8957")                      \
    X(EVENT_REPORT_LACKS, LOG_LEVEL_WARNING, "e591e9d649bf4a18bb11a9bfede57b7c")                   \
    X(EVENT_COPY_DAMAGED, LOG_LEVEL_ERROR, "18ccc8f5e70949cba0856f80a5ee88bc")                     \
    X(EVENT_APPLY_REFUSED, LOG_LEVEL_WARNING, "af063000f35740b7a070fc5974159505")                  \
    X(EVENT_PBX_LACKS, LOG_LEVEL_WARNING, "7d748836596b400086dc6553feb23a5a")                      \
    X(EVENT_NO_LIST, LOG_LEVEL_INFO, "69449732699c4aaa88717c20e72da719")                           \
    X(EVENT_SECRETS_READY, LOG_LEVEL_INFO, "d23a02dd2fc74d6fb03beb3b6feddd43")                     \
    X(EVENT_SECRETS_LOST, LOG_LEVEL_ERROR, "db09217a44ba4f1e9e2642a1757a52f8")                     \
    X(EVENT_SECRETS_EXPIRED, LOG_LEVEL_INFO, "5db8925c4c9843bf9ee5c5886322db44")                   \
    X(EVENT_EXPIRED, LOG_LEVEL_INFO, "1055f04a0cfa421c873bda8a637fbc4f")                           \
    X(EVENT_EXPIRED_STAYS, LOG_LEVEL_WARNING, "9573bb262ecb409dbd340f7b9cdbfea8")                  \
    X(EVENT_METRICS_UNWRITTEN, LOG_LEVEL_WARNING, "7aa12e20f320448ca8b7db7236884b24")              \
    X(EVENT_PAGE_SERVED, LOG_LEVEL_INFO, "2bd8677192604ae28114b11b747bbfcf")                       \
    X(EVENT_PAGE_UNSERVED, LOG_LEVEL_WARNING, "3f1a9bf7164a448f986d3372315dce8e")                  \
    X(EVENT_TOLD, LOG_LEVEL_INFO, "419de902dc5945e48153cd072aba9420")                              \
    X(EVENT_TELL_FAILED, LOG_LEVEL_WARNING, "0d74e43cb3ef490e91f242af884c7872")                    \
    X(EVENT_TELL_LOST, LOG_LEVEL_ERROR, "e3c9868de4b64be3ae61d70eadfe184b")                        \
    X(EVENT_EXPECTED_MISSING, LOG_LEVEL_WARNING, "1eba388662f6478f9b8513ff32bfa0d9")               \
    X(EVENT_EXPECTED_CAME, LOG_LEVEL_INFO, "1b4d62b1bac0473bb369ad93c4e147e0")                     \
    X(EVENT_RECEIPTS_UNWRITTEN, LOG_LEVEL_WARNING, "7107bcefcc4947cd95b2c6b2de546849")             \
    X(EVENT_RECEIPT_LACKS, LOG_LEVEL_WARNING, "1a694bf8c65a4bfb8c6e9b8336a6b610")

enum event {
#define X(name, level, id) name,
    EVENT_TABLE(X)
#undef X
        EVENTS,
};

/* Of one event: how bad it is, and what the journal knows it by. */
enum log_level event_level(enum event event);
const char *event_id(enum event event); /* 32 hexadecimal digits; static text */

#endif
