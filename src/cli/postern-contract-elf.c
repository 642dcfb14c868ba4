/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-contract.h"

#include <elf.h>
#include <link.h>
#include <string.h>

typedef ElfW (Ehdr) Header;
typedef ElfW (Shdr) Section;
typedef ElfW (Sym) Symbol;
typedef ElfW (Dyn) Dynamic;

typedef struct {
  const char *data;
  gsize size;
} File;

/* NULL unless all of it is within the file, and aligned for what it is read as */
static gconstpointer
at (const File *file, guint64 offset, guint64 size)
{
  return offset <= file->size && size <= file->size - offset && offset % sizeof (gpointer) == 0 ? file->data + offset : NULL;
}

/* (nullable): a NUL-terminated name of the string table @strings */
static const char *
name_at (const File *file, const Section *strings, guint64 offset)
{
  const char *table = strings->sh_offset <= file->size && strings->sh_size <= file->size - strings->sh_offset ? file->data + strings->sh_offset : NULL;

  return table && offset < strings->sh_size && memchr (table + offset, '\0', strings->sh_size - offset) ? table + offset : NULL;
}

/* A sanitizer's own symbols, and those of the linker, begin with an underscore. */
static void
read_symbols (const File *file, const Section *section, const Section *strings, GPtrArray *exports)
{
  const Symbol *symbols = at (file, section->sh_offset, section->sh_size);

  for (gsize i = 0; symbols && i < section->sh_size / sizeof (Symbol); i++)
    {
      const char *name = name_at (file, strings, symbols[i].st_name);
      guint bind = ELF64_ST_BIND (symbols[i].st_info), visibility = ELF64_ST_VISIBILITY (symbols[i].st_other);

      if (symbols[i].st_shndx == SHN_UNDEF || bind == STB_LOCAL || visibility == STV_HIDDEN || visibility == STV_INTERNAL || !name || *name == '\0' || *name == '_')
        continue;
      g_ptr_array_add (exports, g_strdup (name));
    }
}

static void
read_dynamic (const File *file, const Section *section, const Section *strings, GPtrArray *needed)
{
  const Dynamic *entries = at (file, section->sh_offset, section->sh_size);

  for (gsize i = 0; entries && i < section->sh_size / sizeof (Dynamic) && entries[i].d_tag != DT_NULL; i++)
    {
      const char *name = entries[i].d_tag == DT_NEEDED ? name_at (file, strings, entries[i].d_un.d_val) : NULL;

      if (name)
        g_ptr_array_add (needed, g_strdup (name));
    }
}

gboolean
postern_contract_elf_read (const char *path, GPtrArray *exports, GPtrArray *needed)
{
  g_autoptr (GMappedFile) mapped = g_mapped_file_new (path, FALSE, NULL);
  File file = { mapped ? g_mapped_file_get_contents (mapped) : NULL, mapped ? g_mapped_file_get_length (mapped) : 0 };
  const Header *header = at (&file, 0, sizeof (Header));
  const Section *sections;

  if (!header || memcmp (header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_ident[EI_CLASS] != (sizeof (gpointer) == 8 ? ELFCLASS64 : ELFCLASS32) ||
      header->e_shentsize != sizeof (Section))
    return FALSE;
  sections = at (&file, header->e_shoff, (guint64) header->e_shnum * sizeof (Section));
  for (guint i = 0; sections && i < header->e_shnum; i++)
    {
      if (sections[i].sh_link >= header->e_shnum)
        continue;
      if (sections[i].sh_type == SHT_DYNSYM)
        read_symbols (&file, &sections[i], &sections[sections[i].sh_link], exports);
      if (sections[i].sh_type == SHT_DYNAMIC)
        read_dynamic (&file, &sections[i], &sections[sections[i].sh_link], needed);
    }
  return sections != NULL;
}
