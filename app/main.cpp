#include "app/commands/command_line.hpp"
#include "app/output/output.hpp"
#include "app/process/descriptor_limit.hpp"
#include "app/process/process_signals.hpp"
#include "app/process/standard_streams.hpp"

#include <exception>

namespace ariadne {

namespace {

/// What is printed instead of a command.
exit_code report(const usage_text& usage) {
  unblock_stop_signals();
  if (usage.code != exit_code::done) {
    complain(usage.text);
    return usage.code;
  }
  const auto written = write_out(usage.text);
  if (written)
    return exit_code::done;
  complain(written.error().text);
  return written.error().code;
}

} // namespace

} // namespace ariadne

int main(int argc, char** argv) {
  using namespace ariadne;
  block_stop_signals();
  open_standard_streams();
  raise_descriptor_limit();
  try {
    const auto command = parse_command_line(argc, argv);
    return static_cast<int>(command ? (*command)->run() : report(command.error()));
  } catch (const std::exception& error) {
    complain(error.what());
    return static_cast<int>(exit_code::failed);
  }
}
