# What makes an overflow end the program instead of handing it over.  Included before any target, so
# that third-party sources get it too; tools/check_hardening looks for it in the program.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)
include(CheckPIESupported)

check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# tlsmodem_harden(compile|link FLAG) adds the flag where the compiler and linker know it.
function(tlsmodem_harden kind flag)
  string(MAKE_C_IDENTIFIER "HAS${flag}" known)
  if(kind STREQUAL compile)
    check_c_compiler_flag(${flag} ${known})
  else()
    check_linker_flag(C ${flag} ${known})
  endif()
  if(NOT ${known})
    message(STATUS "No ${flag} with this compiler: the program is less hardened")
  elseif(kind STREQUAL compile)
    add_compile_options(${flag})
  else()
    add_link_options(${flag})
  endif()
endfunction()

tlsmodem_harden(compile -fstack-protector-strong)
tlsmodem_harden(compile -fstack-clash-protection)
tlsmodem_harden(link -Wl,-z,relro)
tlsmodem_harden(link -Wl,-z,now)
tlsmodem_harden(link -Wl,-z,noexecstack)

# The C library's checks need optimisation, and hide from AddressSanitizer what it would see.
string(TOUPPER "${CMAKE_BUILD_TYPE}" config)
string(REGEX MATCHALL "-O[^ ]*" levels "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${config}}")
list(POP_BACK levels level)
set(TLSMODEM_FORTIFIED ON)
if(TLSMODEM_SANITIZE)
  set(TLSMODEM_NOT_HARDENED "built with sanitizers")
  set(TLSMODEM_FORTIFIED OFF)
elseif(NOT level OR level STREQUAL "-O0")
  set(TLSMODEM_NOT_HARDENED "built without optimisation, so without _FORTIFY_SOURCE")
  set(TLSMODEM_FORTIFIED OFF)
endif()
if(TLSMODEM_FORTIFIED AND NOT CMAKE_C_FLAGS MATCHES "_FORTIFY_SOURCE") # a package's own level stays
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
