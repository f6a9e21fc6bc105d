// Decide: whether something may happen in a review now, and what follows from it at once. A
// conflict that blocks somebody releases their slot; a bid that is a conflict discloses it.
//
// Whoever signs is not looked at here. Who sits in a slot is handed in, since no event says so:
// with what is handed in the same happens to whoever decides again.
#pragma once

#include <cstdint>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/review/review.h"
#include "glass/institution/review/review_events.h"

namespace glass::institution {

// What is asked for, then what follows. `seats` has the slots of this review, and of a slot that is
// being assigned, its seat. kRefused says which rule stands in the way, and the way out.
[[nodiscard]] Result<std::vector<ReviewEvent>> decide(const ReviewBook& book,
                                                      const ReviewEvent& asked,
                                                      const SlotSeats& seats, int64_t at_ms);

}  // namespace glass::institution
