#include "app/process/file_descriptor.hpp"
#include "test/support/cluster_process.hpp"
#include "test/support/eventually.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

// What somebody sees who sits at a terminal.

namespace ariadne::test::terminal_test {

namespace {

constexpr int done = 0;

class pseudo_terminal {
public:
  explicit pseudo_terminal(unsigned short columns)
    : fd_(check(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK), "posix_openpt")) {
    check(::grantpt(fd_.get()), "grantpt");
    check(::unlockpt(fd_.get()), "unlockpt");
    const winsize size{24, columns, 0, 0};
    check(::ioctl(fd_.get(), TIOCSWINSZ, &size), "ioctl");
  }

  std::filesystem::path path() const {
    return ::ptsname(fd_.get());
  }

  /// Whether this has been written since the last call that found what it looked for.
  bool shows(const std::string& part) {
    std::array<char, 4096> bytes{};
    for (ssize_t size = 0; (size = ::read(fd_.get(), bytes.data(), bytes.size())) > 0;)
      text_.append(bytes.data(), static_cast<std::size_t>(size));
    const auto at = text_.find(part);
    if (at != std::string::npos)
      text_.erase(0, at + part.size());
    return at != std::string::npos;
  }

private:
  file_descriptor fd_;
  std::string text_;
};

/// A look at node a, of which one waits for nothing.
struct top_at_a_terminal {
  cluster_process nodes{{"a"}};
  pseudo_terminal screen{80};
  child_process top;

  top_at_a_terminal() : top((nodes.start("a"), command()), {.out = screen.path(), .err = screen.path()}) {
    BOOST_REQUIRE(eventually([this] { return screen.shows("as node a sees it"); }));
  }

  std::vector<std::string> command() const {
    return {ARIADNE_PROGRAM, "top",  "--node",    "127.0.0.1:" + std::to_string(nodes.port("a")),
            "--interval",    "10ms", "--timeout", "1h"};
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(terminal)

BOOST_FIXTURE_TEST_CASE(top_ends_when_it_is_told_to_although_its_node_does_not_answer, top_at_a_terminal) {
  nodes.signal("a", SIGSTOP);
  top.signal(SIGINT);
  BOOST_TEST((top.wait() == done));
  // What was there before is there again.
  BOOST_TEST(screen.shows("\x1b[?25h\x1b[?1049l"));
}

BOOST_FIXTURE_TEST_CASE(top_waits_for_its_node_to_return, top_at_a_terminal) {
  nodes.kill("a");
  BOOST_TEST(eventually([this] { return screen.shows("trying again"); }));
  nodes.start("a");
  BOOST_TEST(eventually([this] { return screen.shows("as node a sees it"); }));
  top.signal(SIGINT);
  BOOST_TEST((top.wait() == done));
}

BOOST_AUTO_TEST_CASE(top_of_a_node_that_never_answered_fails) {
  const cluster_process nodes{{"a"}};
  pseudo_terminal screen{80};
  child_process top{{ARIADNE_PROGRAM, "top", "--node", "127.0.0.1:" + std::to_string(nodes.port("a"))},
                    {.out = screen.path(), .err = screen.path()}};
  BOOST_TEST((top.wait() == 1));
  BOOST_TEST(screen.shows("onnection refused"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace ariadne::test::terminal_test
