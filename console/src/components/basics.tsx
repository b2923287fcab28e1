import type {ComponentChildren} from "preact";
import {useEffect, useId, useRef} from "preact/hooks";

import {navigate} from "../lib/router";

/** A link within the page; with a modifier key the browser does what it does with links. */
export function Link({
  to,
  children,
  className,
  current,
  title,
}: {
  to: string;
  children: ComponentChildren;
  className?: string;
  current?: boolean;
  title?: string;
}) {
  const follow = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} class={className} title={title} aria-current={current ? "page" : undefined} onClick={follow}>
      {children}
    </a>
  );
}

type Tone = "ok" | "warn" | "bad" | "info" | "calm";

export function Badge({tone, children}: {tone: Tone; children: ComponentChildren}) {
  return <span class={`badge badge-${tone}`}>{children}</span>;
}

export function Button({
  children,
  onClick,
  kind = "plain",
  type = "button",
  disabled,
  label,
  title,
  expanded,
}: {
  children: ComponentChildren;
  onClick?: () => void;
  expanded?: boolean;
  kind?: "plain" | "main" | "danger" | "quiet";
  type?: "button" | "submit";
  disabled?: boolean;
  label?: string;
  title?: string;
}) {
  return (
    <button
      type={type}
      class={`button button-${kind}`}
      onClick={onClick}
      disabled={disabled}
      aria-label={label}
      aria-expanded={expanded}
      title={title}
    >
      {children}
    </button>
  );
}

export function Panel({
  title,
  children,
  actions,
  className = "",
}: {
  title?: string;
  children: ComponentChildren;
  actions?: ComponentChildren;
  className?: string;
}) {
  const id = useId();
  return (
    <section class={`panel ${className}`} aria-labelledby={title ? id : undefined}>
      {title && (
        <div class="panel-head">
          <h2 id={id}>{title}</h2>
          {actions && <div class="actions">{actions}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

export function PageHead({
  title,
  note,
  children,
}: {
  title: string;
  note?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <div class="page-head">
      <h1>{title}</h1>
      {note && <span class="muted">{note}</span>}
      {children && <div class="actions">{children}</div>}
    </div>
  );
}

/** What went wrong, in words; nothing when nothing did. */
export function Failure({text}: {text: string}) {
  return text ? (
    <p class="notice notice-bad" role="alert">
      {text}
    </p>
  ) : null;
}

export function Empty({children}: {children: ComponentChildren}) {
  return <p class="empty">{children}</p>;
}

/** Names and values. */
export function Facts({rows}: {rows: [string, ComponentChildren][]}) {
  return (
    <dl class="facts">
      {rows.map(([name, value], index) => (
        <div key={index}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A share of a whole, drawn. */
export function Meter({share, label, tone = "info"}: {share: number; label: string; tone?: Tone}) {
  const part = Math.min(1, Math.max(0, share));
  return (
    <span class="meter" role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={1} aria-valuenow={part}>
      <span class={`meter-fill fill-${tone}`} style={{width: `${part * 100}%`}} />
    </span>
  );
}

export function Tabs({
  label,
  names,
  current,
  onChoose,
}: {
  label: string;
  names: readonly string[];
  current: string;
  onChoose: (name: string) => void;
}) {
  const step = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const wanted = names[(names.indexOf(current) + by + names.length) % names.length];
    if (!by || !wanted) return;
    onChoose(wanted);
    const tabs = (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("[role=tab]");
    tabs[names.indexOf(wanted)]?.focus();
  };
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const chosen = list.current?.querySelector("[aria-selected=true]");
    chosen?.scrollIntoView({block: "nearest", inline: "center"});
  }, [current]);
  return (
    <div ref={list} class="tabs" role="tablist" aria-label={label} onKeyDown={step}>
      {names.map(name => (
        <button
          key={name}
          type="button"
          role="tab"
          aria-selected={name === current}
          tabIndex={name === current ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

/** One of a few, side by side. */
export function Choice<T extends string>({
  label,
  options,
  value,
  onChoose,
}: {
  label: string;
  options: readonly (readonly [T, string])[];
  value: T;
  onChoose: (value: T) => void;
}) {
  const name = useId();
  return (
    <fieldset class="choice">
      <legend class="hidden">{label}</legend>
      {options.map(([option, text]) => (
        <label key={option}>
          <input type="radio" name={name} checked={option === value} onChange={() => onChoose(option)} />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}
