/** Opens something once, when it is first needed, and closes it if that ever happened. */

export interface Lazy<T> {
  get(): Promise<T>;
  close(): void;
}

/** A failed opening is tried again by the next `get`. */
export function lazily<T extends { close(): void }>(open: () => Promise<T>): Lazy<T> {
  let opening: Promise<T> | null = null;
  let opened: T | null = null;
  let closed = false;
  return {
    get() {
      opening ??= open().then(
        (value) => {
          if (closed) value.close();
          opened = value;
          return value;
        },
        (thrown: unknown) => {
          opening = null;
          throw thrown;
        },
      );
      return opening;
    },
    close() {
      if (!closed) opened?.close();
      closed = true;
    },
  };
}
