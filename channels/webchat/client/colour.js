// The host's own colour (data-colour="#0a7d5b"), made readable on both of our grounds.

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** Relative luminance (WCAG 2.2). */
function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => (value / 255 <= 0.04045 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** The colour, moved away from the ground until text in it has a contrast of 4.5. */
function readable(colour, ground) {
  const goal = luminance(ground) > 0.5 ? 0 : 255;
  let found = colour;
  for (let step = 1; contrast(found, ground) < 4.5 && step <= 20; step++) {
    found = colour.map((value) => Math.round(value + ((goal - value) * step) / 20));
  }
  return found;
}

function paint(element, hex) {
  if (!/^#[0-9a-f]{6}$/i.test(hex ?? "")) return;
  const grounds = [[[255, 255, 255], "light"], [[29, 35, 43], "dark"]];
  for (const [ground, name] of grounds) {
    const accent = readable(channels(hex), ground);
    const ink = contrast(accent, [255, 255, 255]) >= 4.5 ? "#ffffff" : "#000000";
    element.style.setProperty(`--accent-${name}`, `rgb(${accent.join(" ")})`);
    element.style.setProperty(`--accent-ink-${name}`, ink);
  }
}
