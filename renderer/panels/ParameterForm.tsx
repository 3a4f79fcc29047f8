/** The form of one step: usual parameters open, advanced ones folded away, each with its meaning and its default. */
import { Collapse, NumberInput, Select, SimpleGrid, Switch, TextInput, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import type { StepId } from '../../steps/table.ts';
import { fieldsOf, refusalOf, type Field } from './parameters.ts';

export interface ParameterFormProps {
  readonly step: StepId;
  readonly values: Readonly<Record<string, unknown>>;
  /** Undefined takes the default again. */
  onChange(name: string, value: unknown): void;
}

export function ParameterForm({ step, values, onChange }: ParameterFormProps) {
  const fields = fieldsOf(step, true);
  const [open, setOpen] = useState(false);
  const [usual, advanced] = [fields.filter((field) => !field.advanced), fields.filter((field) => field.advanced)];
  const grid = (some: readonly Field[]) => (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg" verticalSpacing="md">
      {some.map((field) => <Input key={field.name} step={step} field={field} value={values[field.name]} onChange={(value) => onChange(field.name, value)} />)}
    </SimpleGrid>
  );
  return (
    <div>
      {usual.length > 0 ? grid(usual) : <p className="quiet">Nothing to choose.</p>}
      {advanced.length > 0 && (
        <>
          <UnstyledButton className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? '▾' : '▸'} {advanced.length} advanced</UnstyledButton>
          <Collapse expanded={open}>{grid(advanced)}</Collapse>
        </>
      )}
    </div>
  );
}

interface InputProps {
  readonly step: StepId;
  readonly field: Field;
  readonly value: unknown;
  onChange(value: unknown): void;
}

function Input({ step, field, value, onChange }: InputProps) {
  const shown = value === undefined ? field.fallback : value;
  const common = {
    label: field.unit ? `${field.name} (${field.unit})` : field.name, description: field.help,
    error: value === undefined ? null : refusalOf(step, field.name, value),
  };
  const empty = field.whenNull === null ? '' : `empty: ${field.whenNull}`;
  switch (field.kind) {
    case 'choice':
      return <Select {...common} data={[...field.choices]} value={String(shown)} allowDeselect={false} onChange={(next) => onChange(next ?? undefined)} />;
    case 'flag':
      return <Switch {...common} checked={shown === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
    case 'whole':
    case 'number':
      return (
        <NumberInput
          {...common} placeholder={empty} value={typeof shown === 'number' ? shown : ''} allowDecimal={field.kind === 'number'} thousandSeparator=","
          {...(field.min === null ? {} : { min: field.min })} {...(field.max === null ? {} : { max: field.max })} clampBehavior="none"
          onChange={(next) => onChange(next === '' ? (field.whenNull === null ? undefined : null) : Number(next))}
        />
      );
    case 'numbers':
    case 'texts':
      return (
        <TextInput
          {...common} defaultValue={Array.isArray(shown) ? shown.join(', ') : ''}
          onChange={(event) => onChange(listOf(event.currentTarget.value, field.kind === 'numbers'))}
        />
      );
    case 'text':
      return (
        <TextInput
          {...common} placeholder={empty} value={typeof shown === 'string' ? shown : ''}
          onChange={(event) => onChange(event.currentTarget.value === '' && field.whenNull !== null ? null : event.currentTarget.value)}
        />
      );
    default:
      return field.kind satisfies never;
  }
}

/** Names may hold blanks, numbers may be separated by them. */
function listOf(text: string, numbers: boolean): (string | number)[] {
  const parts = text.split(numbers ? /[\s,]+/ : /\s*,\s*/).filter((part) => part.trim() !== '');
  return numbers ? parts.map(Number) : parts.map((part) => part.trim());
}
