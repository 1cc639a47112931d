# cmake -DMODULE_DIR=<folder of FindCAF.cmake> -DWORK_DIR=<folder> -P find_caf_test.cmake
#
# Which CAF is taken, and which ones are refused and how, as far as the packages of CAF go: each is played by a package
# that has nothing but a version.

set(probe "${WORK_DIR}/probe.cmake")
file(WRITE "${probe}" [[
cmake_minimum_required(VERSION 3.22)
list(APPEND CMAKE_MODULE_PATH "${MODULE_DIR}")
if(WANTED)
  find_package(CAF ${WANTED} EXACT REQUIRED)
else()
  find_package(CAF REQUIRED)
endif()
message("found ${CAF_VERSION} at ${CAF_LOCATION}")
]])

# make_caf(<version>): the folder that CMAKE_PREFIX_PATH or CAF_ROOT would name is WORK_DIR/<version>.
function(make_caf version)
  set(folder "${WORK_DIR}/${version}/lib/cmake/CAF")
  file(WRITE "${folder}/CAFConfig.cmake" "")
  file(WRITE "${folder}/CAFConfigVersion.cmake" "set(PACKAGE_VERSION ${version})\n" [[
if(PACKAGE_FIND_VERSION STREQUAL PACKAGE_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
  set(PACKAGE_VERSION_EXACT TRUE)
endif()
]])
endfunction()

# expect(<regular expression> <argument of cmake>...)
function(expect pattern)
  execute_process(COMMAND "${CMAKE_COMMAND}" "-DMODULE_DIR=${MODULE_DIR}" ${ARGN} -P "${probe}"
                  OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT output MATCHES "${pattern}")
    message(SEND_ERROR "With ${ARGN}, expected ${pattern}, but got\n${output}")
  endif()
endfunction()

foreach(version 0.16.5 0.18.7 0.19.5 1.0.2 1.1.0 2.0.0)
  make_caf(${version})
endforeach()

foreach(variable CMAKE_PREFIX_PATH CAF_ROOT)
  foreach(version 1.0.2 1.1.0)
    expect("found ${version} at ${WORK_DIR}/${version}/lib/cmake/CAF" "-D${variable}=${WORK_DIR}/${version}")
  endforeach()
  expect("CAF 0.16.5 .* is too old" "-D${variable}=${WORK_DIR}/0.16.5")
  expect("CAF 0.18.7 .* is between two editions" "-D${variable}=${WORK_DIR}/0.18.7")
  expect("CAF 0.19.5 .* is between two editions" "-D${variable}=${WORK_DIR}/0.19.5")
  expect("CAF 2.0.0 .* is too new" "-D${variable}=${WORK_DIR}/2.0.0")
endforeach()

# Whoever says where CAF is does not get another one.
expect("CAF_ROOT is ${WORK_DIR}/none" "-DCAF_ROOT=${WORK_DIR}/none" "-DCMAKE_PREFIX_PATH=${WORK_DIR}/1.1.0")

# The application gets the CAF that Ariadne was built with, or none. (What a script cannot find is Debian's.)
expect("found 1.1.0" -DWANTED=1.1.0 "-DCMAKE_PREFIX_PATH=${WORK_DIR}/1.1.0")
expect("built with CAF 1.0.2.* there is 1.1.0" -DWANTED=1.0.2 "-DCMAKE_PREFIX_PATH=${WORK_DIR}/1.1.0")
