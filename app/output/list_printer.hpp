#pragma once

#include "app/output/failure.hpp"
#include "app/output/output.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace ariadne {

/// Prints a list of any length while it comes in, page by page: a line for each item, or all as one JSON array.
class list_printer {
public:
  using write_function = std::function<fallible<void>(std::string_view)>;

  list_printer(bool as_json, write_function write) : as_json_(as_json), write_(std::move(write)) {}

  /// Adds an item to the page; it is written with `end_page`. `line` ends without a newline.
  void add(std::string_view line, const nlohmann::json& value) {
    if (as_json_)
      (page_ += has_items_ ? "," : "[") += json_text(value);
    else
      page_.append(line) += '\n';
    has_items_ = true;
  }

  fallible<void> end_page() {
    return write_(std::exchange(page_, {}));
  }

  fallible<void> end() {
    if (as_json_)
      page_ += has_items_ ? "]\n" : "[]\n";
    return end_page();
  }

private:
  bool as_json_;
  write_function write_;
  std::string page_;
  bool has_items_ = false;
};

} // namespace ariadne
