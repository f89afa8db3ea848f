// The library of types for After Effects replaces the usual one, and lacks one type that it uses itself.
type Extract<T, U> = T extends U ? T : never;
