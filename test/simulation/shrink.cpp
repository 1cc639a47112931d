#include "test/simulation/shrink.hpp"

#include "test/simulation/ending.hpp"
#include "test/simulation/world.hpp"

namespace ariadne::simulation {

std::optional<violation> replay(const scenario& s, const std::vector<operation>& schedule, std::string* trace) {
  try {
    world w{s};
    if (trace != nullptr)
      w.trace_to(*trace);
    for (const auto& o : schedule)
      w.play(o);
    if (trace != nullptr)
      *trace += "-- the end --\n";
    end(w);
  } catch (const violation& v) {
    return v;
  }
  return std::nullopt;
}

std::vector<operation> shrink(const scenario& s, std::vector<operation> schedule, const violation& failure) {
  for (auto chunk = schedule.size() / 2; chunk > 0;) {
    auto is_shorter = false;
    for (std::size_t from = 0; from < schedule.size();) {
      auto to = std::min(from + chunk, schedule.size());
      auto shorter = schedule;
      shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(from),
                    shorter.begin() + static_cast<std::ptrdiff_t>(to));
      if (auto found = replay(s, shorter); found && found->check == failure.check) {
        schedule = std::move(shorter);
        is_shorter = true;
      } else {
        from = to;
      }
    }
    if (chunk > 1)
      chunk /= 2;
    else if (!is_shorter)
      break;
  }
  return schedule;
}

} // namespace ariadne::simulation
