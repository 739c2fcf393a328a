# Panels from above: rates, waiting threads, clock; the last two where they were recorded.
height = 252 + 92 * pressure + 92 * clock + (pressure + clock == 0 ? 14 : 0)
eval svg(720, height)
top(y) = 1 - y / (height * 1.0)
set output name.'.svg'.part
set multiplot
set lmargin at screen 0.075
set rmargin at screen 0.985
set xrange [from - 0.005 * (last - from):last + 0.005 * (last - from)]
set xtics step_x
set tmargin at screen top(28)
set bmargin at screen top(212)
if (pressure + clock > 0) { set format x '' }
# No rate lies below -100 %.
set yrange [-(reach * 1.1 > 105 ? 105 : reach * 1.1):reach * (failed > 0 ? 1.45 : 1.1)]
set ytics step
set label 1 'rate over the median of its point (%)' at screen 0.01,top(14) left tc rgb mute
set label 2 '● clean  ▲ contended  ■ otherwise marked'.(failed > 0 ? '  × failed' : '') at screen 0.985,top(14) right tc rgb mute
if (pressure + clock == 0) { set label 3 axis at screen 0.985,top(height - 10) right tc rgb mute }
do for [i = 1:lulls] { set arrow (20 + i) from lull[i], graph 0 to lull[i], graph 1 nohead lw 1 dt (4,3) lc rgb rule back }
data = name.'.dat'
plot 0 with lines lw 1 lc rgb rule notitle, \
     data index 'clean' using 1:2 with points pt 7 ps 0.3 lc rgb mute notitle, \
     data index 'marked' using 1:2 with points pt 5 ps 0.45 lc rgb link notitle, \
     data index 'contended' using 1:2 with points pt 9 ps 0.6 lc rgb mark notitle, \
     data index 'outside' using 1:($2 > 0 ? $2 : NaN) with points pt 8 ps 1 lc rgb ink notitle, \
     data index 'outside' using 1:($2 < 0 ? $2 : NaN) with points pt 10 ps 1 lc rgb ink notitle, \
     data index 'failed' using 1:(reach * 1.28) with points pt 2 ps 0.6 lw 2 lc rgb bad notitle
unset label
if (pressure) {
	set tmargin at screen top(246)
	set bmargin at screen top(296)
	if (clock == 0) { set format x '%g'; set label 3 axis at screen 0.985,top(height - 10) right tc rgb mute }
	set yrange [0:105]
	set ytics 50
	set label 1 'time in which a thread waited for a CPU (%); contended from 10' at screen 0.01,top(232) left tc rgb mute
	plot 10 with lines dt (4,3) lw 1 lc rgb rule notitle, data index 'host' using 1:2 with lines lw 1.2 lc rgb mark notitle
	unset label
}
if (clock) {
	set tmargin at screen top(246 + 92 * pressure)
	set bmargin at screen top(296 + 92 * pressure)
	set format x '%g'
	set yrange [clock_lo:clock_hi]
	set ytics clock_step
	set label 1 'clock (GHz)' at screen 0.01,top(232 + 92 * pressure) left tc rgb mute
	set label 3 axis at screen 0.985,top(height - 10) right tc rgb mute
	plot data index 'host' using 1:3 with lines lw 1.2 lc rgb link notitle
}
unset multiplot
unset output
