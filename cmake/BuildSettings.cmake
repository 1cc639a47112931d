# How our own targets are built: link them to ariadne_build_settings. Nothing here reaches a target of others, apart
# from the build type and the compiler cache.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

set(CMAKE_CXX_EXTENSIONS OFF)

set(ARIADNE_SANITIZE "" CACHE STRING "Sanitizers to build with: \"address,undefined\", \"thread\" or none")
set_property(CACHE ARIADNE_SANITIZE PROPERTY STRINGS "" "address,undefined" "thread")

option(ARIADNE_TCMALLOC "Link the programs with tcmalloc; see docs/decisions/0008-allocator.md" ON)

add_library(ariadne_build_settings INTERFACE)
target_compile_features(ariadne_build_settings INTERFACE cxx_std_20)
target_compile_options(ariadne_build_settings INTERFACE -Wall -Wextra -Wpedantic)
if(CMAKE_UNITY_BUILD)
  # g++ takes sources that stand in one unit for headers, and warns of what is in their anonymous namespaces.
  target_compile_options(ariadne_build_settings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

# What is optimised is what is shipped. A buffer on the stack that is written beyond its end is noticed before the
# function returns, as are copies that do not fit; a stack grows page by page; and only what may be jumped to is. The
# sanitizers have all of this, and more.
if(NOT ARIADNE_SANITIZE)
  set(hardening -fstack-protector-strong -fstack-clash-protection)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    list(APPEND hardening -fcf-protection)
  endif()
  target_compile_options(ariadne_build_settings INTERFACE "$<$<CONFIG:Release,RelWithDebInfo>:${hardening}>")
  target_compile_definitions(ariadne_build_settings INTERFACE "$<$<CONFIG:Release,RelWithDebInfo>:_FORTIFY_SOURCE=2>")
endif()

# What the dynamic linker has filled in cannot be changed afterwards.
target_link_options(ariadne_build_settings INTERFACE -Wl,-z,relro,-z,now)

if(ARIADNE_SANITIZE)
  target_compile_options(ariadne_build_settings INTERFACE -fsanitize=${ARIADNE_SANITIZE} -fno-sanitize-recover=all
                                                          -fno-omit-frame-pointer)
  target_link_options(ariadne_build_settings INTERFACE -fsanitize=${ARIADNE_SANITIZE})
endif()

# What our programs allocate with. Libraries leave that to the application; the sanitizers bring their own.
add_library(ariadne_allocator INTERFACE)
if(ARIADNE_TCMALLOC AND NOT ARIADNE_SANITIZE)
  find_library(TCMALLOC_LIBRARY tcmalloc_minimal)
  if(NOT TCMALLOC_LIBRARY)
    message(FATAL_ERROR "tcmalloc is missing: install it (Debian: libgoogle-perftools-dev), or set ARIADNE_TCMALLOC to OFF")
  endif()
  target_link_libraries(ariadne_allocator INTERFACE "${TCMALLOC_LIBRARY}")
endif()
