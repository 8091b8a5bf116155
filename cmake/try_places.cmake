# Runs at the beginning of an installation: `places` (relative to the prefix, or absolute) must take files.
# What is made to find out is removed again, so that a failure leaves the machine as it was.
foreach(place IN LISTS places)
  cmake_path(ABSOLUTE_PATH place BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}")
  set(place "$ENV{DESTDIR}${place}")

  set(made)
  set(folder "${place}")
  while(NOT EXISTS "${folder}" AND NOT IS_SYMLINK "${folder}")
    list(APPEND made "${folder}")
    cmake_path(GET folder PARENT_PATH folder)
  endwhile()

  set(probe "${place}/.tlsmodem-probe")
  execute_process(COMMAND ${CMAKE_COMMAND} -E make_directory "${place}"
                  RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
  if(NOT failed)
    execute_process(COMMAND ${CMAKE_COMMAND} -E touch "${probe}"
                    RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
    file(REMOVE "${probe}")
  endif()
  foreach(folder IN LISTS made) # the deepest first
    if(EXISTS "${folder}")
      file(REMOVE_RECURSE "${folder}")
    endif()
  endforeach()
  if(failed)
    message(FATAL_ERROR "tlsmodem is not installed: cannot write to ${place} "
                        "(read-only, or not yours?); nothing was changed")
  endif()
endforeach()
