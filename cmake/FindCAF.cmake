# Finds the C++ Actor Framework, of which Debian's package brings no CMake configuration.
#
# Components: core (always), io, openssl. Targets: CAF::core, CAF::io, CAF::openssl, named as CAF 1.x names its own.
# Sets CAF_FOUND and CAF_VERSION. Ask for one version with EXACT: CAF breaks its interface from release to release.

include(CMakeFindDependencyMacro)
include(FindPackageHandleStandardArgs)

find_path(CAF_INCLUDE_DIR caf/config.hpp)
find_library(CAF_core_LIBRARY caf_core)
find_library(CAF_io_LIBRARY caf_io)
find_library(CAF_openssl_LIBRARY caf_openssl)
mark_as_advanced(CAF_INCLUDE_DIR CAF_core_LIBRARY CAF_io_LIBRARY CAF_openssl_LIBRARY)

# In 0.x, CAF_VERSION is a decimal number of two digits for each part: 1706 is 0.17.6. In 1.x it no longer is one.
unset(CAF_VERSION)
if(CAF_INCLUDE_DIR)
  file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" caf_version_line REGEX "^#define CAF_VERSION [1-9][0-9]*$")
  if(caf_version_line MATCHES "([0-9]+)$")
    math(EXPR caf_minor "${CMAKE_MATCH_1} / 100")
    math(EXPR caf_patch "${CMAKE_MATCH_1} % 100")
    set(CAF_VERSION "0.${caf_minor}.${caf_patch}")
  else()
    set(CAF_VERSION "unknown, not 0.x")
  endif()
endif()

foreach(component core io openssl)
  if(CAF_${component}_LIBRARY)
    set(CAF_${component}_FOUND TRUE)
  endif()
endforeach()

find_package_handle_standard_args(
  CAF
  REQUIRED_VARS CAF_core_LIBRARY CAF_INCLUDE_DIR
  VERSION_VAR CAF_VERSION
  HANDLE_COMPONENTS
  REASON_FAILURE_MESSAGE "On Debian and Ubuntu, install libcaf-dev: scripts/deps.sh does.")

if(CAF_FOUND AND NOT TARGET CAF::core)
  find_dependency(Threads)
  foreach(component core io openssl)
    if(CAF_${component}_FOUND)
      add_library(CAF::${component} UNKNOWN IMPORTED)
      set_target_properties(CAF::${component} PROPERTIES IMPORTED_LOCATION "${CAF_${component}_LIBRARY}"
                                                         INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}")
    endif()
  endforeach()
  target_link_libraries(CAF::core INTERFACE Threads::Threads)
  if(TARGET CAF::io)
    target_link_libraries(CAF::io INTERFACE CAF::core)
  endif()
  if(TARGET CAF::openssl)
    target_link_libraries(CAF::openssl INTERFACE CAF::io)
  endif()
endif()
