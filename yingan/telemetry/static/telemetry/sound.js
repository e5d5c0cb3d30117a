/* The sound of a standing 高高报 for control rooms: [data-sound] switches it on (a browser sounds only after a click).
   It follows the red bar (#_bar, data-newest); 静音 silences the alarms that are there, not the next one. */
(() => {
  const button = document.querySelector('[data-sound]');
  if (!button || !window.AudioContext) return;
  let audio = null, silenced = 0;
  const newest = () => Number((document.getElementById('_bar') || { dataset: {} }).dataset.newest || 0);
  const isOn = () => audio !== null && audio.state === 'running';
  function beep(at, pitch) {
    const tone = audio.createOscillator(), gain = audio.createGain();
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.28);
    tone.connect(gain).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.3);
  }
  function show() {
    const rings = isOn() && newest() > silenced;
    button.setAttribute('aria-pressed', isOn());
    button.querySelector('span').textContent = rings ? '静音' : isOn() ? '声音已开' : '声音提醒';
    button.querySelector('i').className = `ti ti-${isOn() ? 'volume' : 'volume-off'}`;
    return rings;
  }
  button.addEventListener('click', async () => {
    if (!isOn()) { audio = audio || new AudioContext(); await audio.resume(); silenced = 0; }
    else if (newest() > silenced) silenced = newest();
    else await audio.suspend();
    show();
  });
  setInterval(() => { if (show()) { beep(audio.currentTime, 880); beep(audio.currentTime + 0.35, 660); } }, 2500);
  document.body.addEventListener('htmx:afterSettle', show);
  button.hidden = false;
  show();
})();
