#include "ops/process_facts.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
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

} // namespace

process_facts facts_of_process() {
  process_facts result;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0)
    result.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  if (std::ifstream{"/proc/self/statm"} >> pages >> resident)
    result.resident_bytes = resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  result.open_descriptors = count_entries("/proc/self/fd");
  result.threads = count_entries("/proc/self/task");
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    result.descriptors_max = limit.rlim_cur;
  return result;
}

} // namespace ariadne
