import classes from "./settings.module.css";

/** The logo on white, as on paper. */
export function LogoPicture({ logo }: { logo: string }) {
  return (
    <span className={classes.paper}>
      <img src={`data:image/png;base64,${logo}`} alt="Logo" data-testid="logo-picture" />
    </span>
  );
}
