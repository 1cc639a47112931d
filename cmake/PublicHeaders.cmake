# ariadne_public_headers(<target> AS <folder> COMPONENT <component> [FROM <subfolder>] HEADERS <header>...)
#
# Makes headers of the current folder, or of a folder in it, those that users of `target` include as <ariadne/FOLDER/HEADER>.
#
# Within the sources, headers include each other from the root of the tree: "actors/protocol.hpp". An application may
# well have an actors/ of its own, and its order of folders must not decide which one is found. So headers are
# installed with these lines rewritten to <ariadne/actors/protocol.hpp>, and the root of the tree is not among the
# folders that users get. In the build tree, for the examples, a header of one line stands in for each.
function(ariadne_public_headers target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "AS;COMPONENT;FROM" "HEADERS")
  set(from "${CMAKE_CURRENT_SOURCE_DIR}")
  if(arg_FROM)
    string(APPEND from "/${arg_FROM}")
  endif()
  foreach(header IN LISTS arg_HEADERS)
    file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/include/ariadne/${arg_AS}/${header}"
         CONTENT "#include \"${from}/${header}\"\n")
  endforeach()
  target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>"
                                              "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")

  string(
    CONFIGURE
      [[
foreach(header IN ITEMS @arg_HEADERS@)
  file(READ "@from@/${header}" text)
  string(REGEX REPLACE "(#include )\"test/support/([^\"]+)\"" "\\1<ariadne/testing/\\2>" text "${text}")
  string(REGEX REPLACE "(#include )\"app/config/([^\"]+)\"" "\\1<ariadne/config/\\2>" text "${text}")
  string(REGEX REPLACE "(#include )\"((crdt|membership|session|actors|ops)/[^\"/]+)\"" "\\1<ariadne/\\2>" text "${text}")
  if(text MATCHES "#include \"[^\"]*\"")
    message(FATAL_ERROR "${header} is installed, but what it includes is not: ${CMAKE_MATCH_0}")
  endif()
  file(WRITE "@PROJECT_BINARY_DIR@/installed_headers/@arg_AS@/${header}.new" "${text}")
  file(COPY_FILE "@PROJECT_BINARY_DIR@/installed_headers/@arg_AS@/${header}.new"
       "@PROJECT_BINARY_DIR@/installed_headers/@arg_AS@/${header}" ONLY_IF_DIFFERENT)
  file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/@CMAKE_INSTALL_INCLUDEDIR@/ariadne/@arg_AS@"
       TYPE FILE FILES "@PROJECT_BINARY_DIR@/installed_headers/@arg_AS@/${header}")
endforeach()
]]
      code
    @ONLY)
  install(CODE "${code}" COMPONENT ${arg_COMPONENT})
endfunction()
