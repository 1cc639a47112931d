#include "app/output/output_queue.hpp"

#include "app/output/write_all.hpp"
#include "test/support/pipe_ends.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <memory>
#include <string>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace output_queue_test {

using namespace ariadne;
using namespace ariadne::test;
using namespace std::chrono_literals;

namespace {

std::string count_lines(std::size_t lines) {
  return std::to_string(lines) + " lost\n";
}

/// Of lines that nobody reads at first, a few fit in.
constexpr output_queue::limits narrow{.bytes_max = 4096, .flush_time = 1ms};

/// Reads a line for each of `lines` that were written, or that it is lost: at which of them room was made depends on
/// when threads run. Answers how many are lost.
template <class ReadLine>
std::size_t read_or_miss(std::size_t lines, ReadLine read_line) {
  std::size_t missed = 0;
  for (std::size_t next = 0; next < lines;) {
    const std::string line = read_line();
    if (!line.ends_with(" lost")) {
      BOOST_TEST_REQUIRE(line == std::to_string(next++));
      continue;
    }
    const auto lost = std::stoul(line);
    BOOST_TEST_REQUIRE(line + '\n' == count_lines(lost));
    next += lost;
    missed += lost;
  }
  return missed;
}

/// A terminal, whose output can be stopped as Ctrl-S does.
class terminal {
public:
  terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    BOOST_REQUIRE(master_ != -1);
    BOOST_REQUIRE(::grantpt(master_) == 0);
    BOOST_REQUIRE(::unlockpt(master_) == 0);
    slave_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
    BOOST_REQUIRE(slave_ != -1);
  }

  ~terminal() {
    ::close(slave_);
    ::close(master_);
  }

  terminal(const terminal&) = delete;
  terminal& operator=(const terminal&) = delete;

  int fd() const {
    return slave_;
  }

  void stop() const {
    BOOST_REQUIRE(::tcflow(slave_, TCOOFF) == 0);
  }

  void go_on() const {
    BOOST_REQUIRE(::tcflow(slave_, TCOON) == 0);
  }

  std::string read_line() const {
    std::string line;
    for (char c = 0; ::read(master_, &c, 1) == 1 && c != '\n';)
      if (c != '\r')
        line += c;
    return line;
  }

private:
  int master_;
  int slave_ = -1;
};

} // namespace

BOOST_AUTO_TEST_SUITE(output_queue)

BOOST_AUTO_TEST_CASE(lines_come_in_their_order_and_all_are_written_when_the_queue_goes) {
  pipe_ends pipe;
  {
    ariadne::output_queue queue{pipe.writer(), count_lines, {.flush_time = 1min}};
    for (auto i = 0; i < 100; ++i)
      queue.write(std::to_string(i) + '\n');
  }
  pipe.close_writer();
  for (auto i = 0; i < 100; ++i)
    BOOST_TEST(pipe.read_line() == std::to_string(i));
  BOOST_TEST(pipe.read_line() == "");
}

BOOST_AUTO_TEST_CASE(what_nobody_reads_is_dropped_and_counted_in_its_place) {
  pipe_ends pipe;
  auto queue = std::make_unique<ariadne::output_queue>(pipe.writer(), count_lines, narrow);
  constexpr std::size_t lines = 2'000;
  for (std::size_t i = 0; i < lines; ++i)
    queue->write(std::to_string(i) + '\n');

  const auto missed = read_or_miss(lines, [&] { return pipe.read_line(); });
  BOOST_TEST(missed > 0u);
  BOOST_TEST(missed < lines);

  queue->write("again\n");
  BOOST_TEST(pipe.read_line() == "again");
}

BOOST_AUTO_TEST_CASE(a_queue_goes_although_nobody_reads) {
  // The thread that is left behind may be about to write, and must not find the descriptor with another file.
  static pipe_ends pipe;
  {
    ariadne::output_queue queue{pipe.writer(), count_lines, narrow};
    for (auto i = 0; i < 100; ++i)
      queue.write(std::string(1'000, 'x') + '\n');
  }
  // It ends with the writes that it has begun.
  pipe.close_reader();
}

BOOST_AUTO_TEST_CASE(a_reader_that_has_gone_is_no_signal_and_stops_nobody) {
  pipe_ends pipe;
  pipe.close_reader();
  ariadne::output_queue queue{pipe.writer(), count_lines, {.flush_time = 1min}};
  for (auto i = 0; i < 100; ++i)
    queue.write("line\n");
}

BOOST_AUTO_TEST_CASE(a_full_disk_stops_nobody) {
  const auto full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  BOOST_REQUIRE(full != -1);
  {
    ariadne::output_queue queue{full, count_lines, {.flush_time = 1min}};
    for (auto i = 0; i < 100; ++i)
      queue.write("line\n");
  }
  ::close(full);
}

BOOST_AUTO_TEST_CASE(a_terminal_that_is_stopped_gets_its_lines_when_it_goes_on) {
  const terminal stopped;
  stopped.stop();
  auto queue = std::make_unique<ariadne::output_queue>(stopped.fd(), count_lines, narrow);
  for (auto i = 0; i < 1'000; ++i)
    queue->write(std::to_string(i) + '\n');
  stopped.go_on();
  const auto missed = read_or_miss(1'000, [&] { return stopped.read_line(); });
  BOOST_TEST(missed > 0u);
}

BOOST_AUTO_TEST_CASE(a_write_with_a_limit_gives_up_where_nobody_reads) {
  pipe_ends pipe;
  const std::string text(pipe_ends::bytes_max, 'x');
  BOOST_TEST(!write_all(pipe.writer(), text, 1min));
  BOOST_TEST((write_all(pipe.writer(), text, 1ms) == std::errc::timed_out));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace output_queue_test
