# Finds the C++ Actor Framework, in an edition that Ariadne supports: 0.17.6, of which Debian's package brings no CMake
# configuration, or 1.x, which brings its own. The latter is taken if it is found (CMAKE_PREFIX_PATH, CAF_ROOT).
#
# Components: core (always), io, openssl. Targets: CAF::core, CAF::io, CAF::openssl, in both editions.
# Sets CAF_FOUND, CAF_VERSION, and CAF_LOCATION: the package's folder, or the library.
#
# With a version and EXACT, only that one will do, and the edition is not chosen anew: ariadneConfig.cmake asks for
# what Ariadne was built with.

include(CMakeFindDependencyMacro)
include(FindPackageHandleStandardArgs)

set(caf_reason "On Debian and Ubuntu, install libcaf-dev. Elsewhere, set CMAKE_PREFIX_PATH or CAF_ROOT to where CAF is.")
set(caf_problem "")
if(TARGET CAF::core AND CAF_FIND_VERSION_EXACT AND CAF_VERSION AND NOT CAF_VERSION VERSION_EQUAL CAF_FIND_VERSION)
  set(caf_problem "This project has found CAF ${CAF_VERSION} already, and one program cannot have two.")
endif()

# 1.x, and whatever else has a package, so that it can be refused by its name.
unset(CAF_VERSION)
unset(CAF_LOCATION)
if(NOT CAF_FIND_VERSION_EXACT OR CAF_FIND_VERSION VERSION_GREATER_EQUAL 1)
  find_package(CAF CONFIG QUIET)
  if(CAF_FOUND)
    set(CAF_LOCATION "${CAF_DIR}")
  elseif(CAF_CONSIDERED_VERSIONS)
    list(JOIN CAF_CONSIDERED_VERSIONS ", " caf_versions)
    set(caf_reason "Ariadne was built with CAF ${CAF_FIND_VERSION}, but there is ${caf_versions}.")
  endif()
  mark_as_advanced(CAF_DIR)
endif()

# 0.17.
if(NOT CAF_LOCATION AND (NOT CAF_FIND_VERSION_EXACT OR CAF_FIND_VERSION VERSION_LESS 1))
  find_path(CAF_INCLUDE_DIR caf/config.hpp)
  find_library(CAF_core_LIBRARY caf_core)
  find_library(CAF_io_LIBRARY caf_io)
  find_library(CAF_openssl_LIBRARY caf_openssl)
  mark_as_advanced(CAF_INCLUDE_DIR CAF_core_LIBRARY CAF_io_LIBRARY CAF_openssl_LIBRARY)

  if(CAF_INCLUDE_DIR AND CAF_core_LIBRARY)
    set(CAF_LOCATION "${CAF_core_LIBRARY}")
    # In 0.x, CAF_VERSION is a decimal number of two digits for each part: 1706 is 0.17.6. In 1.x it no longer is one.
    file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" caf_version_line REGEX "^#define CAF_VERSION [1-9][0-9]*$")
    if(caf_version_line MATCHES "([0-9]+)$")
      math(EXPR caf_minor "${CMAKE_MATCH_1} / 100")
      math(EXPR caf_patch "${CMAKE_MATCH_1} % 100")
      set(CAF_VERSION "0.${caf_minor}.${caf_patch}")
    else()
      set(caf_problem "What is at ${CAF_INCLUDE_DIR} is no CAF 0.x, and its CMake package is not there.")
    endif()
    if(NOT TARGET CAF::core)
      find_dependency(Threads)
      foreach(component core io openssl)
        if(CAF_${component}_LIBRARY)
          add_library(CAF::${component} UNKNOWN IMPORTED)
          set_target_properties(
            CAF::${component} PROPERTIES IMPORTED_LOCATION "${CAF_${component}_LIBRARY}"
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
  endif()
endif()

foreach(component core io openssl)
  set(CAF_${component}_FOUND FALSE)
  if(TARGET CAF::${component})
    set(CAF_${component}_FOUND TRUE)
  endif()
endforeach()

# What is not supported is refused here: later it would be a page of errors in templates.
set(caf_supported "Ariadne supports 0.17.6, and 1.0 or later.")
if(NOT caf_problem AND CAF_VERSION)
  if(CAF_VERSION VERSION_LESS 0.17.6)
    set(caf_problem "CAF ${CAF_VERSION} (${CAF_LOCATION}) is too old. ${caf_supported}")
  elseif(CAF_VERSION VERSION_GREATER 0.17.6 AND CAF_VERSION VERSION_LESS 1)
    set(caf_problem "CAF ${CAF_VERSION} (${CAF_LOCATION}) is between two editions. ${caf_supported}")
  elseif(CAF_VERSION VERSION_GREATER_EQUAL 2)
    set(caf_problem "CAF ${CAF_VERSION} (${CAF_LOCATION}) is too new. ${caf_supported}")
  endif()
endif()

# Whoever says where CAF is does not want another one.
foreach(root "${CAF_ROOT}" "$ENV{CAF_ROOT}")
  if(root AND CAF_LOCATION AND NOT caf_problem AND NOT CAF_FIND_VERSION_EXACT)
    file(REAL_PATH "${root}" caf_root)
    file(REAL_PATH "${CAF_LOCATION}" caf_real_location)
    string(FIND "${caf_real_location}/" "${caf_root}/" caf_position)
    if(NOT caf_position EQUAL 0)
      set(caf_problem "CAF_ROOT is ${root}, but what is found is ${CAF_LOCATION}.")
      string(APPEND caf_problem " If a CAF is in that folder, this build folder remembers another one. Take a new one.")
    endif()
  endif()
endforeach()

if(caf_problem)
  set(caf_reason "${caf_problem}")
  set(CAF_LOCATION CAF_LOCATION-NOTFOUND)
endif()

find_package_handle_standard_args(
  CAF
  REQUIRED_VARS CAF_LOCATION
  VERSION_VAR CAF_VERSION
  HANDLE_COMPONENTS
  REASON_FAILURE_MESSAGE "${caf_reason}")
