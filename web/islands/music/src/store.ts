import { useSyncExternalStore } from "react";

/** A value that tells its listeners when it changes. Read by plain code and by React alike. */
export interface Store<T> {
  get(): T;
  set(change: Partial<T> | ((value: T) => T)): void;
  subscribe(listener: () => void): () => void;
}

/** Makes a store. Listeners run at once, in the order they came, only when the value really changed. */
export function createStore<T extends object>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(change) {
      const next = typeof change === "function" ? change(value) : merge(value, change);
      if (next === value) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function merge<T extends object>(value: T, change: Partial<T>): T {
  const keys = Object.keys(change) as (keyof T)[];
  return keys.every((key) => Object.is(value[key], change[key])) ? value : { ...value, ...change };
}

/** Reads one part of a store in a component. `select` must give the same value for the same state. */
export function useStore<T extends object, P>(store: Store<T>, select: (value: T) => P): P {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
