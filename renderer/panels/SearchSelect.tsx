/** A choice from a list that is searched by typing: a click marks what stands there, so that typing replaces it, and Enter takes the first match. */
import { Select, type SelectProps } from '@mantine/core';

export function SearchSelect(props: SelectProps) {
  return <Select {...props} searchable selectFirstOptionOnChange onClick={(event) => event.currentTarget instanceof HTMLInputElement && event.currentTarget.select()} />;
}
