# A translation unit that includes CAF takes up to 1.5 GiB. Ninja compiles no more of them at once than memory holds,
# be it the machine's or the container's; other generators run as many jobs as they are told to.

set(ariadne_job_mib 1536)

cmake_host_system_information(RESULT ariadne_memory_mib QUERY AVAILABLE_PHYSICAL_MEMORY)
if(EXISTS /sys/fs/cgroup/memory.max)
  file(READ /sys/fs/cgroup/memory.max ariadne_memory_max)
  if(ariadne_memory_max MATCHES "^[0-9]+")
    math(EXPR ariadne_memory_max "${CMAKE_MATCH_0} >> 20")
    if(ariadne_memory_max LESS ariadne_memory_mib)
      set(ariadne_memory_mib ${ariadne_memory_max})
    endif()
  endif()
endif()

math(EXPR ariadne_compile_jobs "${ariadne_memory_mib} / ${ariadne_job_mib}")
if(ariadne_compile_jobs LESS 1)
  set(ariadne_compile_jobs 1)
endif()

set_property(GLOBAL APPEND PROPERTY JOB_POOLS ariadne_compile=${ariadne_compile_jobs})
set(CMAKE_JOB_POOL_COMPILE ariadne_compile)
