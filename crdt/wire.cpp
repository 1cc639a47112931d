#include "crdt/wire.hpp"

#include <algorithm>
#include <utility>

namespace ariadne::crdt {

namespace {

/// Small differences of either sign become small numbers.
std::uint64_t zigzag(std::uint64_t difference) {
  return (difference << 1) ^ (0 - (difference >> 63));
}

std::uint64_t unzigzag(std::uint64_t coded) {
  return (coded >> 1) ^ (0 - (coded & 1));
}

/// No replica lives long enough to count further; so one more never overflows.
constexpr std::uint64_t counter_max = std::uint64_t{1} << 62;

/// A replica id and a counter.
constexpr std::size_t vector_item_bytes_min = 9;

/// Up to so many dots of a short version vector are written by the table, each of two bytes or more.
constexpr std::size_t dots_few = 8;
constexpr std::size_t dot_bytes_min = 2;

/// How many replica ids the table of a frame has room for at first.
constexpr std::size_t origins_few = 8;

} // namespace

// -- writer ----------------------------------------------------------------------------------------------------------

void wire_writer::varint(std::uint64_t value) {
  while (value >= 0x80) {
    byte(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  byte(static_cast<std::uint8_t>(value));
}

void wire_writer::string(std::string_view value) {
  varint(value.size());
  bytes_.append(value);
}

void wire_writer::fixed64(std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8)
    byte(static_cast<std::uint8_t>(value >> shift));
}

void wire_writer::difference(std::uint64_t value, std::uint64_t& last) {
  varint(zigzag(value - last));
  last = value;
}

void wire_writer::dot(crdt::dot d, bool flag) {
  auto position = std::find_if(origins_.begin(), origins_.end(),
                               [&](const crdt::dot& origin) { return origin.replica == d.replica; });
  varint(static_cast<std::uint64_t>(position - origins_.begin()) << 1 | (flag ? 1 : 0));
  if (position == origins_.end()) {
    fixed64(d.replica.value);
    position = origins_.insert(position, crdt::dot{d.replica, 0});
  }
  difference(d.counter, position->counter);
}

void wire_writer::vector(const version_vector& value) {
  varint(value.size());
  for (const auto& d : value) {
    fixed64(d.replica.value);
    varint(d.counter);
  }
}

void wire_writer::begin_register(const crdt::causal_register& value) {
  varint(value.live_count() << 1 | (value.is_forgotten() ? 0 : 1));
}

void wire_writer::live_entry(const entry& e, bool refers) {
  dot(e.dot, e.expires_at_ms != 0);
  difference(e.stamp.value, stamp_);
  if (e.expires_at_ms != 0)
    varint(e.expires_at_ms);
  if (!has_references_)
    return string(e.value.view());
  varint(std::uint64_t{e.value.size()} << 1 | (refers ? 1 : 0));
  if (!refers)
    bytes_.append(e.value.view());
}

void wire_writer::dots(const version_vector& value) {
  if (value.size() > dots_few)
    return vector(value);
  varint(value.size());
  for (const auto& d : value)
    dot(d, false);
}

// -- reader ----------------------------------------------------------------------------------------------------------

void wire_reader::fail(std::string_view what) {
  if (failure_.empty())
    failure_ = what;
}

std::uint8_t wire_reader::byte() {
  if (!failure_.empty() || remaining() == 0) {
    fail("the frame ends too early");
    return 0;
  }
  return static_cast<std::uint8_t>(frame_[offset_++]);
}

std::uint64_t wire_reader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    auto next = byte();
    if (shift == 63 && next > 1)
      break;
    value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
    if (next < 0x80)
      return value;
  }
  fail("an integer exceeds 64 bits");
  return 0;
}

std::string_view wire_reader::string() {
  return bytes(varint());
}

std::string_view wire_reader::bytes(std::uint64_t size) {
  if (size > remaining()) {
    fail("a string is longer than the frame");
    return {};
  }
  auto result = frame_.substr(offset_, size);
  offset_ += size;
  return result;
}

std::uint64_t wire_reader::fixed64() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 8)
    value |= static_cast<std::uint64_t>(byte()) << shift;
  return value;
}

replica_id wire_reader::replica() {
  replica_id id{fixed64()};
  if (id.value == 0)
    fail("a replica id is 0");
  return id;
}

std::size_t wire_reader::count(std::size_t item_bytes_min) {
  auto items = varint();
  if (items <= (remaining()) / item_bytes_min)
    return items;
  fail("a count is higher than the frame has room for");
  return 0;
}

std::uint64_t wire_reader::difference(std::uint64_t& last) {
  last += unzigzag(varint());
  return last;
}

wire_reader::flagged_dot wire_reader::dot() {
  auto head = varint();
  auto number = head >> 1;
  if (number > origins_.size() || (number == origins_.size() && !failure_.empty())) {
    fail("a dot names an unknown origin");
    return {};
  }
  if (number == origins_.size()) {
    auto id = replica();
    // Most frames have few origins, and each takes ten bytes or more. To double the table again and again would take
    // more memory than twice the frame.
    if (origins_.size() == origins_.capacity())
      origins_.reserve(origins_.empty() ? origins_few : origins_.size() + 1 + remaining() / 10);
    origins_.push_back({id, 0});
  }
  auto& origin = origins_[number];
  if (auto counter = difference(origin.counter); counter == 0 || counter > counter_max)
    fail("a counter is out of range");
  return {origin, (head & 1) != 0};
}

void wire_reader::end_table() {
  auto ids = std::exchange(origins_, {});
  // Once for all: to look for each id among those before it would take minutes if they are many.
  std::sort(ids.begin(), ids.end());
  auto is_same = [](const crdt::dot& left, const crdt::dot& right) { return left.replica == right.replica; };
  if (std::adjacent_find(ids.begin(), ids.end(), is_same) != ids.end())
    fail("a replica id stands twice in the table of origins");
}

template <class Visitor>
void wire_reader::visit_vector(std::size_t count, Visitor visit) {
  replica_id last;
  for (; count > 0 && failure_.empty(); --count) {
    crdt::dot next{replica(), varint()};
    if (next.replica <= last)
      fail("a version vector is not sorted by replica id");
    if (next.counter == 0 || next.counter > counter_max)
      fail("a counter is out of range");
    last = next.replica;
    if (failure_.empty())
      visit(next);
  }
}

template <class Reserve, class Visitor>
void wire_reader::visit_dots(Reserve reserve, Visitor visit) {
  auto left = count(dot_bytes_min);
  if (left > dots_few) {
    if (left > remaining() / vector_item_bytes_min)
      return fail("a count is higher than the frame has room for");
    reserve(left);
    return visit_vector(left, visit);
  }
  for (; left > 0 && failure_.empty(); --left) {
    auto next = dot();
    if (failure_.empty())
      visit(next.dot);
  }
}

dot wire_reader::whole_dot() {
  crdt::dot result{replica(), varint()};
  if (result.counter == 0 || result.counter > counter_max)
    fail("a counter is out of range");
  return result;
}

version_vector wire_reader::vector() {
  version_vector result;
  const auto size = count(vector_item_bytes_min);
  result.reserve(size);
  visit_vector(size, [&](crdt::dot d) { result.raise(d); });
  return result;
}

version_vector wire_reader::last_dots() {
  version_vector result;
  // If they are many, none of them is by the table.
  visit_dots(
    [&](std::size_t size) {
      end_table();
      result.reserve(size);
    },
    [&](crdt::dot d) { result.raise(d); });
  end_table();
  return result;
}

template <class Live>
bool wire_reader::visit_live(Live live) {
  auto head = varint();
  auto live_count = head >> 1;
  if (live_count > live_entries_max)
    fail("a register holds too many live entries");
  for (; live_count > 0 && failure_.empty(); --live_count) {
    entry e;
    auto id = dot();
    e.dot = id.dot;
    e.stamp.value = difference(stamp_);
    if (id.flag) {
      e.expires_at_ms = varint();
      if (e.expires_at_ms == 0)
        fail("an expiry is 0");
    }
    std::string_view value;
    std::uint64_t referred = 0;
    if (!has_references_) {
      value = string();
    } else if (const auto size = varint(); (size & 1) == 0) {
      value = bytes(size >> 1);
    } else {
      referred = size >> 1;
      if (referred == 0 || referred > value_bytes_limit)
        fail("the length of a value is out of range");
    }
    if (failure_.empty())
      live(std::move(e), value, referred);
  }
  return failure_.empty() && (head & 1) != 0;
}

wire_reader::register_shape wire_reader::skip_register() {
  register_shape shape;
  auto is_empty = true;
  const auto has_more = visit_live([&](entry e, std::string_view value, std::uint64_t referred) {
    is_empty = false;
    shape.stamp_max = std::max(shape.stamp_max, e.stamp);
    shape.value_bytes_max = std::max({shape.value_bytes_max, value.size(), static_cast<std::size_t>(referred)});
  });
  if (has_more)
    visit_dots([](std::size_t) {}, [&](crdt::dot) { is_empty = false; });
  if (is_empty)
    fail("a register is empty");
  return shape;
}

causal_register wire_reader::causal_register(std::vector<value_reference>& references) {
  // Most registers have one live entry, and need no vector.
  entry first;
  std::vector<entry> live;
  version_vector superseded;
  const auto has_more = visit_live([&](entry e, std::string_view value, std::uint64_t referred) {
    e.value = shared_bytes{value};
    if (referred > 0)
      references.push_back({e.dot, referred});
    if (first.dot.counter == 0)
      first = std::move(e);
    else
      live.push_back(std::move(e));
  });
  if (has_more)
    visit_dots([&](std::size_t size) { superseded.reserve(size); }, [&](crdt::dot d) { superseded.raise(d); });
  if (live.empty() && superseded.empty())
    return crdt::causal_register{std::move(first)};
  if (first.dot.counter != 0)
    live.push_back(std::move(first));
  return crdt::causal_register{std::move(live), std::move(superseded)};
}

} // namespace ariadne::crdt
