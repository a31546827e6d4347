// A short, soft sound for what comes while nobody looks. Off until the visitor turns it on.

let audio = null;

/** Browsers allow sound after a click only, so the switch makes the first one. */
function chime() {
  try {
    audio ??= new AudioContext();
    [[660, 0], [880, 0.12]].forEach(([pitch, delay]) => tone(pitch, audio.currentTime + delay));
  } catch {} // no sound here; the count on the launcher says it too
}

function tone(pitch, at) {
  const source = new OscillatorNode(audio, { frequency: pitch });
  const volume = new GainNode(audio, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.08, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
  source.connect(volume).connect(audio.destination);
  source.start(at);
  source.stop(at + 0.32);
}
