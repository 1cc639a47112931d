#include "app/commands/top.hpp"

#include "app/client/node_request.hpp"
#include "app/client/report_request.hpp"
#include "app/client/top_picture.hpp"
#include "app/commands/options.hpp"
#include "app/output/output.hpp"
#include "app/output/wrapped_text.hpp"
#include "app/process/file_descriptor.hpp"
#include "app/process/process_signals.hpp"
#include "crdt/counted.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace ariadne {

namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// What is looked at: a terminal that is drawn on; if stdout is none, or gets JSON, what is shown stands below what was
/// shown before. Thread-safe.
class screen {
public:
  explicit screen(bool is_drawn_on) : is_terminal_(is_drawn_on && ::isatty(STDOUT_FILENO) == 1) {
    if (is_terminal_)
      static_cast<void>(write_out("\x1b[?1049h\x1b[?25l"));
  }
  ~screen() {
    leave();
  }

  screen(const screen&) = delete;
  screen& operator=(const screen&) = delete;

  bool is_terminal() const {
    return is_terminal_;
  }

  std::size_t columns() const {
    return is_terminal_ ? size().ws_col : top_picture::any_width;
  }

  fallible<void> show(const std::vector<std::string>& lines) {
    std::string text;
    if (!is_terminal_) {
      for (const auto& line : lines)
        text += line + '\n';
      return write(text + '\n');
    }
    const auto [rows, columns, x, y] = size();
    const auto is_too_low = lines.size() > rows - 1u;
    const auto shown = is_too_low ? rows - 2u : lines.size();
    text = "\x1b[H";
    const auto add = [&, width = columns](const std::string& line) { text += line.substr(0, width) + "\x1b[K\r\n"; };
    std::for_each(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(shown), add);
    if (is_too_low)
      add(fmt::format("({} more than this terminal has room for)", crdt::counted(lines.size() - shown, "line")));
    return write(text + "\x1b[J");
  }

  fallible<void> write(std::string_view text) {
    const std::lock_guard lock{mutex_};
    return is_left_ ? fallible<void>{} : write_out(text);
  }

  /// What was there before is there again, and nothing is shown any more. Whoever reads nothing holds nobody up.
  void leave() {
    const std::unique_lock lock{mutex_, 500ms};
    if (lock && !std::exchange(is_left_, true) && is_terminal_)
      static_cast<void>(write_out("\x1b[?25h\x1b[?1049l"));
  }

private:
  /// With room for two lines at least. Without the last column: in a line that fills it, what erases the rest of the
  /// line would take the last character, too.
  static winsize size() {
    winsize result{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &result) != 0 || result.ws_col == 0 || result.ws_row == 0)
      result = {24, 80, 0, 0};
    result.ws_row = std::max<unsigned short>(result.ws_row, 3);
    result.ws_col = static_cast<unsigned short>(std::max<unsigned short>(result.ws_col, 2) - 1);
    return result;
  }

  const bool is_terminal_;
  std::timed_mutex mutex_;
  bool is_left_ = false;
};

/// Ends the process as soon as somebody wants that, also while a node is waited for that does not answer.
class stop_watch {
public:
  stop_watch(process_signals& signals, screen& shown)
    : thread_([this, &signals, &shown] {
        pollfd awaited[] = {{signals.fd(), POLLIN, 0}, {over_.get(), POLLIN, 0}};
        while (awaited[1].revents == 0) {
          ::poll(awaited, 2, -1);
          if (signals.take()) {
            shown.leave();
            std::_Exit(static_cast<int>(exit_code::done));
          }
        }
      }) {}
  ~stop_watch() {
    ::eventfd_write(over_.get(), 1);
    thread_.join();
  }

  stop_watch(const stop_watch&) = delete;
  stop_watch& operator=(const stop_watch&) = delete;

private:
  file_descriptor over_{check(::eventfd(0, EFD_CLOEXEC), "eventfd")};
  std::thread thread_;
};

class top_run {
public:
  explicit top_run(const top_command& command)
    : command_(command), screen_(!command.json), stop_watch_(signals_, screen_) {}

  fallible<exit_code> run(const contact_points& points) {
    for (auto was_shown = false;; was_shown = true) {
      has_shown_ = false;
      const auto visit = [this](caf::actor_system&, node_connection& client) { return look_at(client); };
      auto result = carry_out({.visit = visit, .is_answer_wanted = true, .is_read = true}, points, command_.timeout);
      // A node that has answered may have stopped since. Another one goes on, if there is one; on a terminal, somebody
      // may wait for its return.
      const auto may_go_on = has_shown_ || (was_shown && screen_.is_terminal());
      if (result || !may_go_on || result.error().fate == request_fate::refused)
        return result;
      picture_.begin_anew();
      if (!command_.json)
        if (auto shown = screen_.show(lines_of(result.error())); !shown)
          return tl::unexpected(std::move(shown.error()));
      std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(command_.interval, 1s));
    }
  }

private:
  /// Until it is over, or the node answers no more.
  fallible<exit_code> look_at(node_connection& client) {
    for (std::optional<clock::time_point> last;;) {
      auto report = ask_report(client);
      if (!report)
        return tl::unexpected(std::move(report.error()));
      const auto now = clock::now();
      const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now - last.value_or(now));
      last = now;
      auto shown = command_.json ? screen_.write(json_line(to_json(*report)))
                                 : screen_.show(picture_.take(std::move(*report), since, screen_.columns()));
      if (!shown)
        return tl::unexpected(std::move(shown.error()));
      has_shown_ = true;
      if (++looked_ == command_.looks)
        return exit_code::done;
      std::this_thread::sleep_for(command_.interval);
      client.begin_anew();
    }
  }

  std::vector<std::string> lines_of(const failure& why) const {
    auto lines = wrapped_lines(why.text, screen_.columns(), 2);
    if (screen_.is_terminal())
      lines.insert(lines.end(), {{}, "trying again; Ctrl-C ends this"});
    return lines;
  }

  const top_command& command_;
  /// Before there are threads: none of them is interrupted.
  process_signals signals_;
  screen screen_;
  stop_watch stop_watch_;
  top_picture picture_;
  bool has_shown_ = false;
  std::uint64_t looked_ = 0;
};

} // namespace

CLI::App* top_command::declare(CLI::App& parent) {
  auto* sub = declare_as(parent, "top", "Show a cluster as a node sees it, again and again, until Ctrl-C");
  add_time(
    *sub, "--interval", std::chrono::hours{1}, [this](std::chrono::milliseconds time) { interval = time; },
    "How long to wait between two looks; 1s by default");
  sub->add_option("--count", looks, "How often to look; for ever by default")
    ->check(CLI::Range(1, 1'000'000'000))
    ->type_name("COUNT");
  return sub->footer("Rates are those since the look before. With --cluster, it goes on by way of\n"
                     "another node of the file when its node stops or dies. Where no node answers any\n"
                     "more, it tries again on a terminal, and else fails. If stdout is no terminal,\n"
                     "what is shown stands below what was shown before; with --json, each look is one\n"
                     "line, as of ariadne status --json.");
}

fallible<exit_code> top_command::run_at(const contact_points& points) const {
  if (auto writable = check_stdout(); !writable)
    return tl::unexpected(std::move(writable.error()));
  return top_run{*this}.run(points);
}

} // namespace ariadne
