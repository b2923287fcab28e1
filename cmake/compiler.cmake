# How our own code is compiled: the standard, the warnings, the build types, sanitizers, ccache, precompiled headers.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# -O3 gains nothing measurable here and costs build time. No -march: a binary runs on every machine of its architecture.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

add_library(troupe_flags INTERFACE)
target_include_directories(troupe_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(troupe_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<BOOL:${TROUPE_WERROR}>:-Werror>)
# Optimising, g++ 12 sees overlapping copies in any `string = "literal"` (GCC bug 105651).
target_compile_options(troupe_flags INTERFACE $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict>)
target_link_libraries(troupe_flags INTERFACE Threads::Threads)

# Sanitizers and fuzzing: assertions stay alive (no NDEBUG), line tables suffice for their reports.
set(sanitizers "")
if(TROUPE_SANITIZE STREQUAL "address" OR TROUPE_FUZZ)
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=undefined)
elseif(TROUPE_SANITIZE STREQUAL "thread")
  set(sanitizers -fsanitize=thread)
elseif(TROUPE_SANITIZE)
  message(FATAL_ERROR "TROUPE_SANITIZE is '${TROUPE_SANITIZE}': it must be address, thread or empty")
endif()
if(sanitizers)
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1 -fno-omit-frame-pointer")
  add_compile_options(${sanitizers} $<$<BOOL:${TROUPE_FUZZ}>:-fsanitize=fuzzer-no-link>)
  add_link_options(${sanitizers})
endif()
if(TROUPE_FUZZ AND NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  message(FATAL_ERROR "TROUPE_FUZZ needs clang: add -DCMAKE_CXX_COMPILER=clang++")
endif()

if(TROUPE_LTO)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()

# ccache where it is installed. Both settings are what it needs to keep results that used a precompiled header.
find_program(TROUPE_CCACHE ccache)
if(TROUPE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${TROUPE_CCACHE})
endif()

# troupe_precompile(<target> <header>...): for headers that most files of the target include and that take long.
function(troupe_precompile target)
  get_target_property(type ${target} TYPE)
  if(NOT TROUPE_PCH OR type STREQUAL "INTERFACE_LIBRARY")
    return()
  endif()
  target_precompile_headers(${target} PRIVATE ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  else()
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()
