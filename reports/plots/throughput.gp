set logscale xy
set mytics 1
set mxtics 1
set lmargin at screen 0.165
set rmargin at screen 0.975
set tmargin at screen 0.885
set bmargin at screen 0.155
do for [i = 1:n] {
	eval svg(340, 300)
	set output name.'-'.(i - 1).'.svg'.part
	eval axes('sequences', 'tokens/s')
	me = 's'.(i - 1)
	colour = value(hue[i])
	set label 1 label[i] at screen 0.975,0.955 right tc rgb mute
	plot for [g = 1:n] name.'.dat' index 's'.(g - 1) using 1:2 with lines lw 1.5 lc rgb ghost notitle, \
	     name.'.dat' index me.'_ceiling' using 1:2 with lines lw 1.5 dt (6,4) lc rgb ink notitle, \
	     name.'.dat' index me using 1:2 with lines lw 2 lc rgb colour notitle, \
	     name.'.dat' index me using 1:2:3:4 with yerrorbars pt 7 ps 0.5 lw 2 lc rgb colour notitle, \
	     name.'.dat' index me using 1:3:5 with labels center offset 0,-1.0 tc rgb colour notitle
	unset output
}
