#include "app/cluster/control_socket.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

#include <sys/types.h>
#include <unistd.h>

namespace control_socket_test {

using namespace ariadne;

namespace {

/// A cluster file that no other process knows. It need not be there.
struct own_file {
  std::filesystem::path directory = "/knossos/" + std::to_string(::getpid());
  std::string path = directory / "cluster.toml";
};

/// What this process does meanwhile, it does as another user.
struct other_user {
  static constexpr uid_t nobody = 65'534;

  explicit other_user(uid_t user = nobody) {
    check(::seteuid(user), "seteuid");
  }
  ~other_user() {
    static_cast<void>(::seteuid(0));
  }
};

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id) {
  return ::getuid() == 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(control_socket)

BOOST_FIXTURE_TEST_CASE(nobody_is_found_at_a_file_that_nobody_runs, own_file) {
  const auto missing = connect_control(path);
  BOOST_REQUIRE(!missing);
  BOOST_TEST((missing.error() == control_problem::nobody));
}

BOOST_FIXTURE_TEST_CASE(what_the_one_end_writes_the_other_end_reads, own_file) {
  const auto listener = listen_for_control(path);
  BOOST_REQUIRE(listener.has_value());
  const auto asker = connect_control(path);
  BOOST_REQUIRE(asker.has_value());
  const auto runner = accept_control(*listener);
  BOOST_REQUIRE(runner.has_value());
  const std::string line = "node a stops\n";
  BOOST_TEST(::write(runner->get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()));
  std::string read(line.size(), '\0');
  BOOST_TEST(::read(asker->get(), read.data(), read.size()) == static_cast<ssize_t>(line.size()));
  BOOST_TEST(read == line);
}

BOOST_FIXTURE_TEST_CASE(there_is_no_connection_before_somebody_connects, own_file) {
  const auto listener = listen_for_control(path);
  BOOST_REQUIRE(listener.has_value());
  BOOST_TEST(!accept_control(*listener).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_file_has_one_listener_at_a_time, own_file) {
  auto first = listen_for_control(path);
  BOOST_REQUIRE(first.has_value());
  const auto second = listen_for_control(path);
  BOOST_REQUIRE(!second);
  BOOST_TEST((second.error() == control_problem::taken));
  first->reset();
  BOOST_TEST(listen_for_control(path).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_socket_that_has_been_left_behind_is_nobodys, own_file) {
  listen_for_control(path)->reset();
  BOOST_TEST((connect_control(path).error() == control_problem::nobody));
  BOOST_TEST(listen_for_control(path).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_file_is_the_same_by_whatever_path_and_others_are_others, own_file) {
  const auto listener = listen_for_control(path);
  BOOST_REQUIRE(listener.has_value());
  BOOST_TEST(connect_control(directory / ".." / directory.filename() / "cluster.toml").has_value());
  BOOST_TEST(!connect_control(directory / "other.toml").has_value());
  BOOST_TEST(listen_for_control(directory / "other.toml").has_value());
}

BOOST_FIXTURE_TEST_CASE(a_directory_that_another_user_has_made_is_not_used, own_file,
                        *boost::unit_test::precondition(is_root)) {
  constexpr uid_t robbed = 65'533;
  const std::filesystem::path squatted = "/tmp/ariadne-" + std::to_string(robbed);
  std::filesystem::create_directory(squatted);
  {
    const other_user meanwhile{robbed};
    BOOST_TEST((connect_control(path).error() == control_problem::of_another_user));
    BOOST_TEST((listen_for_control(path).error() == control_problem::of_another_user));
  }
  std::filesystem::remove(squatted);
}

BOOST_FIXTURE_TEST_CASE(a_directory_that_is_open_to_others_is_not_used, own_file,
                        *boost::unit_test::precondition(is_root)) {
  const other_user meanwhile;
  BOOST_REQUIRE(listen_for_control(path).has_value());
  const std::filesystem::path directory_of_all = control_directory();
  std::filesystem::permissions(directory_of_all, std::filesystem::perms::all);
  BOOST_TEST((listen_for_control(path).error() == control_problem::of_another_user));
  std::filesystem::permissions(directory_of_all, std::filesystem::perms::owner_all);
  BOOST_TEST(listen_for_control(path).has_value());
}

BOOST_FIXTURE_TEST_CASE(nobody_else_finds_the_runner_or_is_let_in, own_file, *boost::unit_test::precondition(is_root)) {
  const auto listener = listen_for_control(path);
  BOOST_REQUIRE(listener.has_value());
  {
    const other_user meanwhile;
    BOOST_TEST((connect_control(path).error() == control_problem::nobody));
  }
  const auto intruder = connect_control(path);
  BOOST_REQUIRE(intruder.has_value());
  // As if the listener were another user's than the one who has connected.
  const other_user meanwhile;
  BOOST_TEST(!accept_control(*listener).has_value());
}

BOOST_AUTO_TEST_CASE(each_problem_names_the_file_without_what_a_terminal_would_obey) {
  for (const auto problem :
       {control_problem::nobody, control_problem::taken, control_problem::of_another_user, control_problem::busy}) {
    const auto text = describe(problem, "three\x1b.toml");
    BOOST_TEST(text.find("three\\x1b.toml") != std::string::npos, text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace control_socket_test
