#include "ops/process_facts.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

#include <sys/resource.h>
#include <unistd.h>

namespace ariadne {

namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::uint64_t count_entries(const char* directory) {
  std::error_code error;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator at{directory, error}, end; !error && at != end; at.increment(error))
    ++count;
  return count;
}

/// As proc(5) says: the time of the boot, and in clock ticks how long after it the process was started.
double read_start_s() {
  constexpr int fields_before_start = 19;
  double boot_s = 0;
  std::ifstream system{"/proc/stat"};
  for (std::string word; boot_s == 0 && system >> word;)
    if (word == "btime")
      system >> boot_s;
  std::ifstream self{"/proc/self/stat"};
  std::string rest{std::istreambuf_iterator<char>{self}, {}};
  // The name of the program, in brackets, may have spaces and brackets.
  rest.erase(0, rest.rfind(')') + 1);
  std::istringstream fields{rest};
  std::string skipped;
  for (int i = 0; i < fields_before_start; ++i)
    fields >> skipped;
  double ticks = 0;
  return boot_s > 0 && fields >> ticks ? boot_s + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK)) : 0;
}

} // namespace

process_facts facts_of_process() {
  process_facts result;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0)
    result.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  if (std::ifstream{"/proc/self/statm"} >> pages >> resident) {
    result.virtual_bytes = pages * page_bytes;
    result.resident_bytes = resident * page_bytes;
  }
  result.started_s = read_start_s();
  result.open_descriptors = count_entries("/proc/self/fd");
  result.threads = count_entries("/proc/self/task");
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    result.descriptors_max = limit.rlim_cur;
  return result;
}

} // namespace ariadne
