/* Written for Internet Explorer on purpose (no arrow functions, no const): the notice must appear where nothing else runs.
   document.documentMode is set by Internet Explorer and by the 兼容模式 of 360, QQ and Sogou browsers. */
if (document.documentMode) {
  document.getElementById('old-browser').className = 'ya-old is-shown';
}
