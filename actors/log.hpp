#pragma once

#include <functional>
#include <string_view>

namespace ariadne {

enum class log_level { debug, info, warning, error };

/// Takes what an operator should know: one event, one line, without a line break at its end. The actors call it from
/// any thread, also at the same time. It must not throw, and should not block.
using log_sink = std::function<void(log_level, std::string_view)>;

/// For those who do not want to know.
inline void log_nothing(log_level, std::string_view) {}

} // namespace ariadne
