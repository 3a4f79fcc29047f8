/**
 * A page that a route puts together itself, loaded when it is first opened. The router's own way is for the components of
 * routes, which it loads before they are drawn: elsewhere React reports an error whenever the page comes slowly.
 */
import { lazy, type ComponentType } from 'react';

export function lazyPage<Name extends string, Props extends object>(load: () => Promise<Readonly<Record<Name, ComponentType<Props>>>>, name: Name) {
  return lazy<ComponentType<Props>>(() => load().then((module) => ({ default: module[name] })));
}
