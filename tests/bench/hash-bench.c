/* SPDX-License-Identifier: Apache-2.0 */
/* How many Argon2id hashes a second of processor time this machine does at our default cost (m = 19 MiB, t = 2, p = 1):
 * what password sign-ins are measured against. Prints one number. */
#include <argon2.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int
main (int argc, char **argv)
{
  int count = argc > 1 ? atoi (argv[1]) : 40;
  unsigned char hash[32];
  struct timespec used;

  for (int i = 0; i < count; i++)
    if (argon2id_hash_raw (2, 19456, 1, "a long passphrase of the bench", 30, "sixteen byte salt", 16, hash, sizeof hash) != ARGON2_OK)
      return 1;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &used);
  printf ("%.2f\n", count / ((double) used.tv_sec + (double) used.tv_nsec / 1e9));
  return 0;
}
