// The reader of journals: whatever the files of a directory are, it answers a state or a fault, without a crash and
// within its memory; the same each time; and what it has accepted is whole.

#include "journal/frame.hpp"
#include "journal/layout.hpp"
#include "journal/maintenance.hpp"
#include "journal/recovery.hpp"

#include "test/fuzz/allocation_meter.hpp"
#include "test/fuzz/finding.hpp"
#include "test/fuzz/script.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

using namespace ariadne;
using ariadne::fuzz::allocation_meter;
using ariadne::fuzz::require;
using ariadne::fuzz::script;

namespace {

/// What the reader may hold besides the files: registers and entries take more in memory than in a file, by a bounded
/// factor, and are held twice while they are read.
constexpr std::size_t reader_bytes_min = std::size_t{12} << 20;
constexpr std::size_t bytes_for_a_byte = 128;

/// Files in memory, which are only read.
class given_disk final : public journal::disk {
public:
  std::map<std::string, std::string> files;

  std::size_t bytes() const {
    std::size_t result = 0;
    for (const auto& [name, content] : files)
      result += content.size();
    return result;
  }

  tl::expected<std::vector<journal::file_entry>, journal::disk_error> list() override {
    std::vector<journal::file_entry> result;
    for (const auto& [name, content] : files)
      result.push_back({name, content.size()});
    return result;
  }
  tl::expected<std::string, journal::disk_error> read(const std::string& name, std::uint64_t offset,
                                                      std::size_t bytes_max) override {
    const auto& content = files[name];
    return offset >= content.size() ? std::string{} : content.substr(offset, bytes_max);
  }
  tl::expected<void, journal::disk_error> append(const std::string&, std::string_view) override {
    return changed();
  }
  tl::expected<void, journal::disk_error> sync(const std::string&) override {
    return changed();
  }
  tl::expected<void, journal::disk_error> sync_names() override {
    return changed();
  }
  tl::expected<void, journal::disk_error> rename(const std::string&, const std::string&) override {
    return changed();
  }
  tl::expected<void, journal::disk_error> remove(const std::string&) override {
    return changed();
  }

private:
  static tl::expected<void, journal::disk_error> changed() {
    require(false, "the reader changes the directory");
    return {};
  }
};

/// A file whose frames have right checksums, but for bytes that stand between them: a fuzzer never finds a checksum.
std::string file_of(script& input, bool is_segment) {
  journal::file_head head;
  head.number = 1 + input.below(3);
  head.salt = input.number();
  head.first_sequence = input.number();
  head.stands_on = is_segment ? input.below(3) : 0;
  auto result = input.below(16) == 0 ? std::string{input.bytes(40)} : encode(head);
  auto sequence = head.first_sequence;
  for (auto frames = input.below(16); frames > 0; --frames) {
    if (input.below(16) == 0)
      result += input.bytes(input.byte());
    const auto synced = input.flag() ? sequence : input.number();
    journal::write_frame(result, {sequence, synced, input.bytes(input.byte())}, head.salt);
    sequence += input.below(32) == 0 ? input.number() : 1;
  }
  return result;
}

given_disk disk_of(script& input) {
  given_disk result;
  if (input.below(16) != 0) {
    journal::manifest owner{"c", "n", input.below(3), 1 + input.below(2)};
    result.files[journal::manifest_name] = encode(owner);
  } else {
    result.files[journal::manifest_name] = std::string{input.bytes(input.byte())};
  }
  for (auto files = input.below(5); files > 0; --files) {
    const auto is_segment = input.below(3) != 0;
    const auto number = 1 + input.below(3);
    result.files[is_segment ? journal::segment_name(number) : journal::snapshot_name(number)] =
      file_of(input, is_segment);
  }
  return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  script input{{reinterpret_cast<const char*>(data), size}};
  auto disk = disk_of(input);
  std::size_t peak = 0;
  const auto found = [&] {
    allocation_meter meter;
    auto result = journal::recover(disk);
    peak = meter.peak();
    return result;
  }();
  require(peak <= bytes_for_a_byte * disk.bytes() + reader_bytes_min, "the reader holds far more than the files");
  const auto again = journal::recover(disk);
  require(found.has_value() == again.has_value(), "the same files are read otherwise");
  if (found) {
    require(found->state.registers.size() == again->state.registers.size(), "the same files have another state");
    require(found->claim_sequence == 0 || found->state.registers.size() == found->state.claim.registers,
            "a claim holds for other registers");
    for (const auto& r : found->state.registers)
      require(!r.is_gone(), "a register is gone");
  } else {
    require(!found.error().text.empty(), "a fault says nothing");
  }
  const auto salvaged = journal::salvage(disk);
  require(salvaged.has_value() && salvaged->state.claim.vector.empty(), "a salvaged journal claims something");
  return 0;
}
