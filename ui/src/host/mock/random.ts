/** A small seeded generator: the same seed gives the same company, so pictures and tests can be compared. */
export type Random = { next(): number; integer(below: number): number; pick<T>(from: readonly T[]): T };

export function randomFrom(seed: number): Random {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 4_294_967_296;
  };
  for (let warm = 0; warm < 8; warm += 1) next();
  return {
    next,
    integer: (below) => Math.floor(next() * below),
    pick: (from) => from[Math.floor(next() * from.length)] as (typeof from)[number],
  };
}
