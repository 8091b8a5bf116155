# Makes a C file of the makers' probes:
# cmake -DMAKERS="Name=FILE;…" -DOUTPUT=… -P embed_probes.cmake
set(text "/* Made by daemon/probe/embed_probes.cmake. */\n#include \"probe/texts.h\"\n")
set(rows "")
foreach(pair IN LISTS MAKERS)
  string(REGEX MATCH "^([^=]+)=(.+)$" matched "${pair}")
  set(maker ${CMAKE_MATCH_1})
  file(READ ${CMAKE_MATCH_2} bytes HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(MAKE_C_IDENTIFIER "${maker}_probes" symbol)
  string(APPEND text "\nstatic const unsigned char ${symbol}[] = {\n${bytes}};\n")
  string(APPEND rows "    { \"${maker}\", ${symbol}, sizeof(${symbol}) },\n")
endforeach()
string(APPEND text "
static const struct {
    const char *maker;
    const unsigned char *bytes;
    size_t size;
} files[] = {
${rows}};

bool probe_text_at(size_t index, struct probe_text *ret_text)
{
    if (index >= sizeof(files) / sizeof(files[0]))
        return false;
    *ret_text = (struct probe_text){ files[index].maker, span_at(files[index].bytes, files[index].size) };
    return true;
}
")
file(WRITE ${OUTPUT} "${text}")
