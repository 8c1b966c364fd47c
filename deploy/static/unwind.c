/* What the unwinder in Debian's libgcc_eh wants of glibc, and musl has not or
 * would leave out. Without it the first panic would end the process, where it
 * shall end one connection. Must not allocate: it runs in a panic. */
#define _GNU_SOURCE
#include <link.h>
#include <pthread.h>
#include <stdint.h>

/* It calls these by weak references, which fetch nothing from an archive; as it
 * finds __pthread_key_create, it takes all of them to be there. */
void *const pipeferry_unwinder_needs[] = {
    pthread_once,       pthread_key_create,   pthread_getspecific,
    pthread_setspecific, pthread_mutex_lock,  pthread_mutex_unlock,
};

/* Where a function's unwind table is: asked by this call alone. The struct is
 * glibc's (dlfcn.h, x86-64), the answer comes from dl_iterate_phdr. */
struct dl_find_object {
    unsigned long long flags;
    void *map_start;
    void *map_end;
    struct link_map *link_map;
    void *eh_frame;
    unsigned long long reserved[7];
};

struct search {
    uintptr_t address;
    struct dl_find_object *found;
};

/* Whether the address is in this object; if so, its place and its table. */
static int look(struct dl_phdr_info *object, size_t size, void *context) {
    struct search *search = context;
    uintptr_t start = 0, end = 0, table = 0;
    (void)size;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        uintptr_t at = object->dlpi_addr + part->p_vaddr;
        if (part->p_type == PT_GNU_EH_FRAME)
            table = at;
        if (part->p_type == PT_LOAD && search->address >= at && search->address < at + part->p_memsz) {
            start = at;
            end = at + part->p_memsz;
        }
    }
    if (!end || !table)
        return 0;
    *search->found = (struct dl_find_object){
        .map_start = (void *)start, .map_end = (void *)end, .eh_frame = (void *)table};
    return 1;
}

int _dl_find_object(void *address, struct dl_find_object *found) {
    struct search search = {(uintptr_t)address, found};
    return dl_iterate_phdr(look, &search) ? 0 : -1;
}
