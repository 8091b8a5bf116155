# libtlsmodem and libtlsmodem-posix, shared and static.  Each is one object first, in which only names with
# the prefix are left to see; the shared library and the archive are made of it.
if(NOT CMAKE_OBJCOPY)
  message(FATAL_ERROR "The libraries need objcopy, which was not found: set CMAKE_OBJCOPY, or build "
                      "without them (-DTLSMODEM_LIBRARY=OFF)")
endif()
# An interface may change with each 0.x, so its number is in the SONAME.
set(TLSMODEM_INTERFACE ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

# What the public headers call otherwise than the sources: all that they name but tlsmodem.h, which
# is as it is inside (tools/public_headers).
file(GLOB headers CONFIGURE_DEPENDS include/tlsmodem/*.h)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${headers})
set(TLSMODEM_RENAMED)
foreach(header IN LISTS headers)
  file(READ ${header} text)
  string(REGEX MATCHALL "tlsmodem_[a-z0-9_]+\\(" names "${text}")
  list(TRANSFORM names REPLACE "tlsmodem_(.*)\\(" "\\1")
  list(APPEND TLSMODEM_RENAMED ${names})
endforeach()
list(REMOVE_DUPLICATES TLSMODEM_RENAMED)

# tlsmodem_library(NAME OUTPUT name KEEP pattern WHOLE targets… [PARTS targets…] [RENAMED symbols…]
#                  [NEEDS targets…])
# Targets NAME_shared and NAME_static: all of WHOLE, and of PARTS what it needs; NEEDS are libraries that
# a program links beside it.
function(tlsmodem_library name)
  cmake_parse_arguments(PARSE_ARGV 1 LIBRARY "" "OUTPUT;KEEP" "WHOLE;PARTS;RENAMED;NEEDS")
  set(whole ${LIBRARY_WHOLE})
  set(parts ${LIBRARY_PARTS})
  list(TRANSFORM whole REPLACE "(.+)" "$<TARGET_FILE:\\1>")
  list(TRANSFORM parts REPLACE "(.+)" "$<TARGET_FILE:\\1>")
  set(renamed ${LIBRARY_RENAMED})
  list(TRANSFORM renamed REPLACE "(.+)" "--redefine-sym;\\1=tlsmodem_\\1")
  separate_arguments(flags UNIX_COMMAND "${CMAKE_C_FLAGS}")
  if(CMAKE_C_COMPILER_ID STREQUAL GNU)
    list(APPEND flags -flinker-output=nolto-rel) # machine code, also where the sources are built with -flto
  endif()
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${LIBRARY_OUTPUT}.o)
  add_custom_command(OUTPUT ${object}
    COMMAND ${CMAKE_C_COMPILER} ${flags} -r -nostdlib -o ${object}.all
            -Wl,--whole-archive ${whole} -Wl,--no-whole-archive
            -Wl,--start-group ${parts} -Wl,--end-group
    COMMAND ${CMAKE_OBJCOPY} ${renamed} ${object}.all
    COMMAND ${CMAKE_OBJCOPY} --wildcard --keep-global-symbol=${LIBRARY_KEEP} ${object}.all ${object}
    COMMAND ${CMAKE_COMMAND} -E rm ${object}.all
    DEPENDS ${LIBRARY_WHOLE} ${LIBRARY_PARTS} VERBATIM)
  set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  add_custom_target(${name}_object DEPENDS ${object})

  set(versions ${CMAKE_CURRENT_BINARY_DIR}/${LIBRARY_OUTPUT}.map)
  file(CONFIGURE OUTPUT ${versions} CONTENT
       "TLSMODEM_@TLSMODEM_INTERFACE@ { global: @LIBRARY_KEEP@; local: *; };\n" @ONLY)
  add_library(${name}_shared SHARED ${object})
  target_link_options(${name}_shared PRIVATE LINKER:--version-script=${versions})
  if(NOT TLSMODEM_SANITIZE)
    target_link_options(${name}_shared PRIVATE LINKER:-z,defs)
  endif()
  set_target_properties(${name}_shared PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION ${TLSMODEM_INTERFACE} LINK_DEPENDS ${versions})
  add_library(${name}_static STATIC ${object})
  foreach(kind shared static)
    add_dependencies(${name}_${kind} ${name}_object)
    target_include_directories(${name}_${kind} INTERFACE
      $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    set_target_properties(${name}_${kind} PROPERTIES
      OUTPUT_NAME ${LIBRARY_OUTPUT} LINKER_LANGUAGE C
      LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib
      ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
    foreach(needed IN LISTS LIBRARY_NEEDS)
      target_link_libraries(${name}_${kind} PUBLIC ${needed}_${kind})
    endforeach()
  endforeach()
endfunction()

# tlsmodem_package(NAME PART): installs the libraries, as tlsmodem::PART and tlsmodem::PART_static of the
# CMake package, and their file for pkg-config.
function(tlsmodem_package name part)
  set_target_properties(${name}_shared PROPERTIES EXPORT_NAME ${part})
  set_target_properties(${name}_static PROPERTIES EXPORT_NAME ${part}_static)
  install(TARGETS ${name}_shared ${name}_static EXPORT tlsmodem-${part} LIBRARY ARCHIVE)
  add_library(tlsmodem::${part} ALIAS ${name}_static) # for a project that has this one as a folder
  install(EXPORT tlsmodem-${part} NAMESPACE tlsmodem:: DESTINATION ${TLSMODEM_PACKAGE_DIR})
  get_target_property(output ${name}_shared OUTPUT_NAME)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${output}.pc.in ${output}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${output}.pc DESTINATION ${TLSMODEM_PKGCONFIG_DIR})
endfunction()

# Where things are, seen from a .pc file: by the prefix, which it finds from its own place, so that an
# installation may be moved; or where the packager has put them.
foreach(place LIBDIR INCLUDEDIR)
  set(TLSMODEM_PC_${place} ${CMAKE_INSTALL_${place}})
  if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_${place}}")
    set(TLSMODEM_PC_${place} "\${prefix}/${CMAKE_INSTALL_${place}}")
  endif()
endforeach()
set(TLSMODEM_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  file(RELATIVE_PATH up "/${TLSMODEM_PKGCONFIG_DIR}" "/")
  string(REGEX REPLACE "/$" "" up "${up}")
  set(TLSMODEM_PC_PREFIX "\${pcfiledir}/${up}")
endif()

tlsmodem_library(tlsmodem_engine_library OUTPUT tlsmodem KEEP tlsmodem_* WHOLE tlsmodem_engine tlsmodem_base
                 RENAMED ${TLSMODEM_RENAMED})
tlsmodem_package(tlsmodem_engine_library engine)
install(DIRECTORY include/tlsmodem DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES include/tlsmodem.h include/tlsmodem_control.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

if(TLSMODEM_POSIX)
  find_package(Threads REQUIRED)
  tlsmodem_library(tlsmodem_posix_library OUTPUT tlsmodem-posix KEEP tlsmodem_posix_* WHOLE tlsmodem_embed
                   PARTS tlsmodem_runtime dns_ports posix_ports nvm_sqlite tls_gnutls tls_common tlsmodem_base
                   NEEDS tlsmodem_engine_library)
  target_link_libraries(tlsmodem_posix_library_shared PRIVATE
                        PkgConfig::UV PkgConfig::CARES PkgConfig::GNUTLS PkgConfig::SQLITE Threads::Threads)
  set(TLSMODEM_POSIX_LIBRARIES ${UV_LIBRARIES} ${CARES_LIBRARIES} ${GNUTLS_LIBRARIES} ${SQLITE_LIBRARIES} pthread)
  list(REMOVE_DUPLICATES TLSMODEM_POSIX_LIBRARIES)
  target_link_libraries(tlsmodem_posix_library_static INTERFACE ${TLSMODEM_POSIX_LIBRARIES})
  tlsmodem_package(tlsmodem_posix_library posix)
  install(FILES include/tlsmodem_posix.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endif()

include(CMakePackageConfigHelpers)
configure_package_config_file(cmake/tlsmodem-config.cmake.in tlsmodem-config.cmake
                              INSTALL_DESTINATION ${TLSMODEM_PACKAGE_DIR})
write_basic_package_version_file(tlsmodem-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tlsmodem-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/tlsmodem-config-version.cmake
        DESTINATION ${TLSMODEM_PACKAGE_DIR})
