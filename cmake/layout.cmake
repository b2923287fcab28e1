# Targets made from folders: a new file in a folder belongs to its target at the next build, without an edit here.

# The .cpp files of some folders, not of folders below them, except those that end in `/**`.
function(troupe_sources result)
  set(found "")
  foreach(folder ${ARGN})
    if(folder MATCHES "(.*)/\\*\\*$")
      file(GLOB_RECURSE files CONFIGURE_DEPENDS ${CMAKE_MATCH_1}/*.cpp)
    else()
      file(GLOB files CONFIGURE_DEPENDS ${folder}/*.cpp)
    endif()
    list(APPEND found ${files})
  endforeach()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

# A static library; an interface library while its folders hold headers only. EXCEPT: folders of other libraries.
function(troupe_library name)
  cmake_parse_arguments(arg "" "" "FOLDERS;EXCEPT;LINK;PRIVATE_LINK" ${ARGN})
  troupe_sources(sources ${arg_FOLDERS})
  foreach(folder ${arg_EXCEPT})
    list(FILTER sources EXCLUDE REGEX "/${folder}/")
  endforeach()
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC troupe_flags ${arg_LINK} PRIVATE ${arg_PRIVATE_LINK})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE troupe_flags ${arg_LINK})
  endif()
endfunction()

# One program per .cpp of a folder, named by the file, in <build>/<group>/; the target <group> builds them all.
function(troupe_programs group)
  cmake_parse_arguments(arg "" "FOLDER" "EXCEPT;LINK" ${ARGN})
  troupe_sources(sources ${arg_FOLDER})
  if(NOT TARGET ${group})
    add_custom_target(${group})
  endif()
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    if(NOT name IN_LIST arg_EXCEPT)
      add_executable(${name} EXCLUDE_FROM_ALL ${source})
      target_link_libraries(${name} PRIVATE ${arg_LINK})
      set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${group})
      add_dependencies(${group} ${name})
    endif()
  endforeach()
endfunction()

# A library of what protoc makes of one .proto file. Its code is not ours: none of our warnings, and a SYSTEM header,
# <build>/generated/<the path of the file>.pb.h.
function(troupe_records name proto)
  set(generated ${CMAKE_BINARY_DIR}/generated)
  string(REGEX REPLACE "\\.proto$" ".pb" stem ${generated}/${proto})
  get_filename_component(folder ${stem} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(OUTPUT ${stem}.cc ${stem}.h
    COMMAND protobuf::protoc --proto_path=${CMAKE_SOURCE_DIR} --cpp_out=${generated} ${CMAKE_SOURCE_DIR}/${proto}
    DEPENDS ${CMAKE_SOURCE_DIR}/${proto} VERBATIM)
  add_library(${name} STATIC ${stem}.cc ${stem}.h)
  target_include_directories(${name} SYSTEM PUBLIC ${generated})
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf-lite)
endfunction()
