# What `cmake --install` installs, besides headers (PublicHeaders.cmake). Components: `program`; `development` (libraries,
# headers, and what find_package(ariadne) reads), `testing` (the library ariadne::testing), `documentation`.

include(CMakePackageConfigHelpers)

set(ariadne_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/ariadne")

# ariadne_install_libraries(<export> COMPONENT <component> TARGETS <target>...)
function(ariadne_install_libraries export)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "COMPONENT" "TARGETS")
  foreach(target IN LISTS arg_TARGETS)
    string(REGEX REPLACE "^ariadne_" "" name ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} VERSION ${PROJECT_VERSION}
                                               SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  endforeach()
  install(
    TARGETS ${arg_TARGETS}
    EXPORT ${export}
    ARCHIVE COMPONENT ${arg_COMPONENT}
    LIBRARY COMPONENT ${arg_COMPONENT})
  install(
    EXPORT ${export}
    NAMESPACE ariadne::
    DESTINATION "${ariadne_package_dir}"
    COMPONENT ${arg_COMPONENT})
endfunction()

ariadne_install_libraries(ariadneTargets COMPONENT development TARGETS ariadne_crdt ariadne_journal ariadne_membership
                                                                             ariadne_session ariadne_actors ariadne_ops
                                                                             ariadne_config)
ariadne_install_libraries(ariadneTestingTargets COMPONENT testing TARGETS ariadne_testing)

configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/ariadneConfig.cmake.in" "${PROJECT_BINARY_DIR}/ariadneConfig.cmake"
  INSTALL_DESTINATION "${ariadne_package_dir}" NO_SET_AND_CHECK_MACRO)
# Before 1.0, a minor version may break what compiled with the former one.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/ariadneConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(
  FILES "${PROJECT_BINARY_DIR}/ariadneConfig.cmake" "${PROJECT_BINARY_DIR}/ariadneConfigVersion.cmake"
        "${PROJECT_SOURCE_DIR}/cmake/FindCAF.cmake"
  DESTINATION "${ariadne_package_dir}"
  COMPONENT development)

# With libraries in archives, there is nothing to be found at run time; and CMake would make room for this path by empty
# ones, which stand for the current directory.
if(BUILD_SHARED_LIBS)
  set_target_properties(ariadne PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
endif()
install(TARGETS ariadne RUNTIME COMPONENT program)
install(
  FILES "${PROJECT_SOURCE_DIR}/config/example.toml" "${PROJECT_SOURCE_DIR}/config/three_nodes.toml"
        "${PROJECT_SOURCE_DIR}/config/prometheus-alerts.yml" "${PROJECT_SOURCE_DIR}/config/grafana-dashboard.json"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/ariadne"
  COMPONENT program)

set(ARIADNE_PROGRAM "${CMAKE_INSTALL_FULL_BINDIR}/ariadne")
configure_file("${PROJECT_SOURCE_DIR}/config/ariadne@.service" "${PROJECT_BINARY_DIR}/ariadne@.service" @ONLY)
install(
  FILES "${PROJECT_BINARY_DIR}/ariadne@.service"
  DESTINATION "lib/systemd/system"
  COMPONENT program)
install(
  DIRECTORY "${PROJECT_BINARY_DIR}/manual/"
  DESTINATION "${CMAKE_INSTALL_MANDIR}/man1"
  COMPONENT program
  FILES_MATCHING
  PATTERN "*.1")
install(
  FILES "${PROJECT_BINARY_DIR}/manual/ariadne.toml.5"
  DESTINATION "${CMAKE_INSTALL_MANDIR}/man5"
  COMPONENT program)
install(
  FILES "${PROJECT_BINARY_DIR}/manual/ariadne-metrics.7"
  DESTINATION "${CMAKE_INSTALL_MANDIR}/man7"
  COMPONENT program)
install(
  FILES "${PROJECT_BINARY_DIR}/manual/ariadne"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
  COMPONENT program)
install(
  FILES "${PROJECT_BINARY_DIR}/manual/_ariadne"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions"
  COMPONENT program)
install(
  FILES "${PROJECT_BINARY_DIR}/manual/ariadne.fish"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d"
  COMPONENT program)

install(
  FILES "${PROJECT_SOURCE_DIR}/CHANGELOG.md" "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/README.md"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}"
  COMPONENT documentation)
install(
  DIRECTORY "${PROJECT_SOURCE_DIR}/docs" "${PROJECT_SOURCE_DIR}/examples"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}"
  COMPONENT documentation)
