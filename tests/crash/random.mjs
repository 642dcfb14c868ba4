// SPDX-License-Identifier: Apache-2.0
// Choices that a seed repeats.

/** @returns a function that gives a number from 0 up to 1 (mulberry32) */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pick = (random, list) => list[Math.floor(random() * list.length)];

/** @param weighted [weight, value] pairs */
export function pickWeighted(random, weighted) {
  let at = random() * weighted.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, value] of weighted) if ((at -= weight) < 0) return value;
  return weighted.at(-1)[1];
}
