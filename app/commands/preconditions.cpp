#include "app/commands/preconditions.hpp"

#include "app/output/output.hpp"

namespace ariadne {

exit_code with_descriptors(std::size_t count, const std::function<exit_code()>& run) {
  if (const auto lack = find_lack_of_descriptors(count)) {
    complain(*lack);
    return exit_code::failed;
  }
  return run();
}

exit_code with_cluster(const std::string& file, const descriptor_need& need,
                       const std::function<exit_code(const program_config&)>& run) {
  return with_descriptors(need.least, [&] {
    const auto cluster = load_program_config(file);
    if (!cluster) {
      complain(to_string(cluster.error()));
      return exit_code::usage;
    }
    return with_descriptors(need.least + need.for_each_node * cluster->nodes.size(), [&] { return run(*cluster); });
  });
}

} // namespace ariadne
