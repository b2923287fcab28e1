import {Link} from "../../components/basics";
import {microseconds, visible} from "../../lib/format";
import {actorPath} from "../../lib/router";
import type {Published} from "../../model";

type Step = NonNullable<Published["way"]>[number];

/** The steps of a message in their order, each with the part of the whole time that led to it. */
export function Timeline({way}: {way: readonly Step[]}) {
  const steps = [...way].sort((a, b) => a.at_us - b.at_us);
  const whole = Math.max(1, steps.at(-1)?.at_us ?? 1);
  return (
    <ol class="timeline" aria-label="Its way">
      {steps.map((step, index) => {
        const before = steps[index - 1]?.at_us ?? 0;
        return (
          <li key={index}>
            <span class="right muted">{microseconds(step.at_us)}</span>
            <span class="timeline-text">
              <b>{step.step.replaceAll("_", " ")}</b> {visible(step.text)}
              {step.actor && (
                <Link to={actorPath(step.actor)} className="small breaks">
                  {visible(step.actor)}
                </Link>
              )}
            </span>
            <span class="waterfall" aria-hidden="true">
              <i style={{left: `${(before / whole) * 100}%`, width: `${((step.at_us - before) / whole) * 100}%`}} />
            </span>
          </li>
        );
      })}
    </ol>
  );
}
