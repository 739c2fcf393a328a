set lmargin at screen 0.115
set rmargin at screen 0.985
set tmargin at screen 0.885
set bmargin at screen 0.175
data = name.'.dat'
do for [i = 1:n] {
	eval svg(440, 300)
	set output sprintf('%s-%d.svg%s', name, i, part)
	eval axes('round', 'B slower than A by (%)')
	set label 102 'round' at screen 0.985,0.03 right tc rgb mute
	set xrange [first[i]:last[i]]
	set yrange [from[i]:to[i]]
	set xtics step_x[i]
	set ytics step_y[i]
	set object 1 rectangle from graph 0, first -same_within[i] to graph 1, first same_within[i] fc rgb grid fs solid noborder behind
	set object 2 rectangle from graph 0, first low[i] to graph 1, first high[i] fc rgb value(hue[i]) fs transparent solid 0.18 noborder behind
	set label 1 estimate[i] at screen 0.015,0.03 left tc rgb value(hue[i])
	set label 2 '● A first  ○ B first  □ contended' at screen 0.985,0.955 right tc rgb mute
	block(b) = sprintf('p%d_%s', i, b)
	plot 0 with lines lw 1 lc rgb rule notitle, theta[i] with lines lw 1.5 lc rgb value(hue[i]) notitle, \
	     data index block('AB') using 1:2 with points pt 7 ps 0.55 lc rgb ink notitle, \
	     data index block('BA') using 1:2 with points pt 6 ps 0.55 lw 1.3 lc rgb ink notitle, \
	     data index block('contended') using 1:2 with points pt 4 ps 1.1 lw 1.3 lc rgb mark notitle, \
	     data index block('outside') using 1:($2 > theta[i] ? $2 : NaN) with points pt 9 ps 0.9 lc rgb ink notitle, \
	     data index block('outside') using 1:($2 <= theta[i] ? $2 : NaN) with points pt 11 ps 0.9 lc rgb ink notitle
	unset output
}
