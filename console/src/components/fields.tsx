import {useId} from "preact/hooks";

interface FieldOf<T> {
  label: string;
  value: T;
  onInput: (value: T) => void;
  hint?: string;
  className?: string;
}

export function TextField({
  label,
  value,
  onInput,
  hint,
  className = "",
  type = "text",
  required,
  placeholder,
  autocomplete = "off",
  autofocus,
  max = 65_535,
}: FieldOf<string> & {
  type?: "text" | "password";
  required?: boolean;
  placeholder?: string;
  autocomplete?: string;
  autofocus?: boolean;
  max?: number;
}) {
  const id = useId();
  const shared = {
    id,
    value,
    required,
    placeholder,
    autocomplete,
    autofocus,
    maxLength: max,
    spellcheck: false,
    autocapitalize: "off",
    "aria-describedby": hint ? id + "h" : undefined,
    onInput: (event: {currentTarget: HTMLInputElement}) => onInput(event.currentTarget.value),
  } as const;
  return (
    <div class={`field ${className}`}>
      <label for={id}>{label}</label>
      {type === "password" ? <input type="password" {...shared} /> : <input type="text" {...shared} />}
      {hint && <small id={id + "h"}>{hint}</small>}
    </div>
  );
}

export function NumberField({
  label,
  value,
  onInput,
  hint,
  className = "",
  min = 0,
  max,
}: FieldOf<number> & {
  min?: number;
  max?: number;
}) {
  const id = useId();
  const take = (input: HTMLInputElement) => {
    if (!Number.isNaN(input.valueAsNumber)) onInput(input.valueAsNumber);
  };
  return (
    <div class={`field field-number ${className}`}>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        value={value}
        min={min}
        max={max}
        step={1}
        required
        aria-describedby={hint ? id + "h" : undefined}
        onInput={event => take(event.currentTarget)}
      />
      {hint && <small id={id + "h"}>{hint}</small>}
    </div>
  );
}

export function TextArea({label, value, onInput, hint, className = "", rows = 3}: FieldOf<string> & {rows?: number}) {
  const id = useId();
  return (
    <div class={`field ${className}`}>
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={rows}
        value={value}
        spellcheck={false}
        aria-describedby={hint ? id + "h" : undefined}
        onInput={event => onInput(event.currentTarget.value)}
      />
      {hint && <small id={id + "h"}>{hint}</small>}
    </div>
  );
}

export type SelectOption = readonly [value: string, text: string];

export function Select({
  label,
  value,
  onInput,
  options,
  hint,
  className = "",
}: FieldOf<string> & {
  options: readonly SelectOption[];
}) {
  const id = useId();
  return (
    <div class={`field ${className}`}>
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-describedby={hint ? id + "h" : undefined}
        onChange={event => onInput(event.currentTarget.value)}
      >
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
      {hint && <small id={id + "h"}>{hint}</small>}
    </div>
  );
}

export function QosField({
  value,
  onInput,
  label = "QoS",
}: {
  value: number;
  onInput: (value: number) => void;
  label?: string;
}) {
  return (
    <Select
      label={label}
      value={String(value)}
      onInput={text => onInput(Number(text))}
      className="field-short"
      options={[
        ["0", "0"],
        ["1", "1"],
        ["2", "2"],
      ]}
    />
  );
}

export function Check({label, value, onInput}: FieldOf<boolean>) {
  return (
    <label class="check">
      <input type="checkbox" checked={value} onChange={event => onInput(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}
