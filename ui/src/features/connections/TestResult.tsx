import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconMinus } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import type { ConnectionTest, StepOutcome, TestStepName } from "@/generated/bindings";
import classes from "./connections.module.css";

const NAMES: Record<TestStepName, string> = {
  secret: "Password",
  name: "Name",
  port: "Port",
  tls: "TLS",
  login: "Login",
  rights: "Rights",
  schema: "Schema",
  clock: "Clock",
};

const OUTCOMES: Record<StepOutcome, { icon: typeof IconMinus; word: string }> = {
  good: { icon: IconCircleCheck, word: "good" },
  doubtful: { icon: IconAlertTriangle, word: "worth a look" },
  failed: { icon: IconCircleX, word: "failed" },
  skipped: { icon: IconMinus, word: "not looked at" },
};

/** What a test found, step by step. */
export function TestResult({ test }: { test: ConnectionTest }) {
  const place = useRef<HTMLElement>(null);
  // The form is longer than a small window: what was asked for must not stay below its edge.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each test
  useEffect(() => place.current?.scrollIntoView?.({ block: "nearest" }), [test]);
  return (
    <section
      className={classes.test}
      aria-label="What the test found"
      aria-live="polite"
      ref={place}
      data-testid="connection-test-result"
      data-ok={test.ok}
    >
      <strong>{test.ok ? "This connection works." : "This connection does not work yet."}</strong>
      <ol className={classes.steps}>
        {test.steps.map(({ step, outcome, sentence, code }) => {
          const { icon: Icon, word } = OUTCOMES[outcome];
          return (
            <li key={step} data-outcome={outcome} data-testid={`test-step-${step}`}>
              <Icon size={15} aria-hidden />
              <span className={classes.stepName}>{NAMES[step]}</span>
              <span>
                {outcome !== "skipped" && <span className={classes.outcome}>{word}. </span>}
                <bdi>{sentence}</bdi> {code && <span className="mono">{code}</span>}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
