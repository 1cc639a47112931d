#include "app/commands/top.hpp"

#include "app/client/node_request.hpp"
#include "app/client/report_request.hpp"
#include "app/client/top_picture.hpp"
#include "app/commands/options.hpp"
#include "app/output/output.hpp"
#include "app/process/process_signals.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace ariadne {

namespace {

using clock = std::chrono::steady_clock;

/// The terminal that is drawn on; if stdout is none, what is shown stands below what was shown before.
class screen {
public:
  screen() : is_terminal_(::isatty(STDOUT_FILENO) == 1) {
    if (is_terminal_)
      static_cast<void>(write_out("\x1b[?1049h\x1b[?25l"));
  }
  /// What was there before is there again.
  ~screen() {
    if (is_terminal_)
      static_cast<void>(write_out("\x1b[?25h\x1b[?1049l"));
  }

  screen(const screen&) = delete;
  screen& operator=(const screen&) = delete;

  fallible<void> show(const std::vector<std::string>& lines) const {
    std::string text;
    if (!is_terminal_) {
      for (const auto& line : lines)
        text += line + '\n';
      return write_out(text + '\n');
    }
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
      size = {24, 80, 0, 0};
    text = "\x1b[H";
    for (std::size_t i = 0; i < std::min<std::size_t>(lines.size(), size.ws_row - 1u); ++i)
      text += lines[i].substr(0, size.ws_col) + "\x1b[K\r\n";
    return write_out(text + "\x1b[J");
  }

private:
  const bool is_terminal_;
};

class top_run {
public:
  explicit top_run(const top_command& command) : command_(command) {
    if (!command.json)
      screen_.emplace();
  }

  fallible<exit_code> run(const contact_points& points) {
    for (;;) {
      has_shown_ = false;
      const auto visit = [this](caf::actor_system&, node_connection& client) { return look_at(client); };
      auto result = carry_out({.visit = visit, .is_answer_wanted = true, .is_read = true}, points, command_.timeout);
      // A node that has answered may have stopped since; another one goes on, if there is one.
      if (result || !has_shown_ || result.error().fate == request_fate::refused)
        return result;
      picture_.begin_anew();
      if (screen_)
        if (auto shown = screen_->show({result.error().text}); !shown)
          return tl::unexpected(std::move(shown.error()));
      if (is_over_after(command_.interval))
        return exit_code::done;
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
      auto shown =
        screen_ ? screen_->show(picture_.take(std::move(*report), since)) : write_out(json_line(to_json(*report)));
      if (!shown)
        return tl::unexpected(std::move(shown.error()));
      has_shown_ = true;
      ++looked_;
      if ((command_.looks > 0 && looked_ >= command_.looks) || is_over_after(command_.interval))
        return exit_code::done;
      client.begin_anew();
    }
  }

  /// Waits; answers whether somebody wants it to end.
  bool is_over_after(std::chrono::milliseconds time) const {
    pollfd signal{signals_.fd(), POLLIN, 0};
    ::poll(&signal, 1, static_cast<int>(time.count()));
    return signals_.take().has_value();
  }

  const top_command& command_;
  /// Before there are threads: none of them is interrupted.
  process_signals signals_;
  std::optional<screen> screen_;
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
  return sub->footer(
    "Rates are those since the look before. With --cluster, it goes on by way of another node of the file when\n"
    "its node stops or dies. If stdout is no terminal, what is shown stands below what was shown before; with\n"
    "--json, each look is one line, as of ariadne status --json.");
}

fallible<exit_code> top_command::run_at(const contact_points& points) const {
  if (auto writable = check_stdout(); !writable)
    return tl::unexpected(std::move(writable.error()));
  return top_run{*this}.run(points);
}

} // namespace ariadne
